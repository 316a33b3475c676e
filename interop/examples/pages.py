"""The pages' code blocks: what each is, and where it stands.

    ```bash             is run and exits with 0
    ```bash terminal    runs in a terminal of its own until the page ends
    ```text             behind one that was run: what it prints, where … stands for anything
    ```sh               is for the real providers: its `stagedoor` lines are read by the command line, and not run
    ```LANGUAGE NAME    is a file of that name
    ```rust             stands in the client crate's example, which is compiled
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "client"
BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {"python", "js", "r", "toml"}


@dataclass(frozen=True)
class Block:
    place: str
    language: str
    name: str
    text: str

    def is_output_of(self, before):
        return self.language == "text" and before is not None and before.language == "bash" and not before.name


def blocks(page):
    content = page.read_text()
    found = []
    for match in BLOCK.finditer(content):
        language, _, name = match["info"].partition(" ")
        line = content.count("\n", 0, match.start()) + 1
        found.append(Block(f"{page.name}:{line}", language, name, match["text"]))
    return found


def pages():
    return sorted(FOLDER.rglob("*.md"))


def commands(text):
    """The `stagedoor` lines of a block, continued lines joined, comments and what they are piped to left out."""
    joined = text.replace("\\\n", " ")
    found = re.findall(r"^(?:.*\| *)?(stagedoor [^|>#\n]*)", joined, re.MULTILINE)
    return [command.split("&&")[0].strip() for command in found]

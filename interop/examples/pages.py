"""The pages' code blocks: what each is, and where it stands.

    ```bash             is run and exits with 0
    ```bash terminal    runs in a terminal of its own until the page ends
    ```text             behind one that was run: what it prints, where … stands for anything
    ```sh               is for the real providers and not run; that its lines can be typed is checked in crates/cli/src/documents
    ```LANGUAGE NAME    is a file of that name
    ```rust             stands in the client crate's example, which is compiled
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "docs" / "client", ROOT / "docs" / "serve"]
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
    return sorted(page for folder in FOLDERS for page in folder.rglob("*.md"))

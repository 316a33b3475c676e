"""Every page of docs/client and docs/serve, followed from top to bottom with a vault and servers of its own."""

import shutil
import subprocess

import pytest

from pages import FILES, ROOT, blocks, pages
from reader import Reader, is_like


@pytest.fixture
def reader():
    one = Reader()
    yield one
    one.close()


def named(page):
    return page.stem if page.parent.name == "client" else f"{page.parent.name}-{page.stem}"


@pytest.mark.parametrize("page", pages(), ids=named)
def test_page_works_as_printed(page, reader):
    found = blocks(page)
    if any(block.language == "r" for block in found) and not has_r():
        pytest.skip("no R with httr2 and jsonlite here (Debian: apt install r-cran-httr2 r-cran-jsonlite): the page is not run")
    before, printed = None, None
    for block in found:
        if block.language == "bash" and block.name == "terminal":
            reader.open_terminal(block)
        elif block.language == "bash":
            printed = reader.run(block)
        elif block.is_output_of(before):
            expected = reader.typed(block.text)
            assert is_like(printed, expected), f"{block.place} is not what was printed:\n{printed}"
        elif block.language in FILES:
            reader.save(block)
        before = block


@pytest.mark.parametrize("page", pages(), ids=named)
def test_blocks_are_of_a_known_kind(page):
    for block in blocks(page):
        known = {("bash", ""), ("bash", "terminal"), ("text", ""), ("sh", ""), ("rust", "")}
        assert (block.language, block.name) in known or (block.language in FILES and block.name), block.place


def test_rust_stands_in_the_example():
    example = (ROOT / "crates/client/examples/token_and_call.rs").read_text()
    lines = [line.strip() for line in example.splitlines()]
    found = [block for page in pages() for block in blocks(page) if block.language == "rust"]
    assert found
    for block in found:
        wanted = [line.strip() for line in block.text.splitlines()]
        here = any(lines[at : at + len(wanted)] == wanted for at in range(len(lines)))
        assert here, f"{block.place} is no longer in the example"


def has_r():
    if not shutil.which("Rscript"):
        return False
    return subprocess.run(["Rscript", "-e", "library(httr2); library(jsonlite)"], capture_output=True).returncode == 0

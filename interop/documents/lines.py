"""lines.toml, read: printed lines, their amendments, and the answers the documents print."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("lines.toml").read_text())
REASONS = _FILE["reasons"]


@dataclass(frozen=True)
class Amendment:
    printed: str
    to: str
    why: str

    @classmethod
    def read(cls, table):
        assert table.keys() == {"from", "to", "why"}, table
        assert table["why"] in REASONS, f"no such reason: {table['why']}"
        return cls(table["from"], table["to"], table["why"])


@dataclass(frozen=True)
class Answer:
    status: int
    body: str | None = None
    sample: tuple = ()
    range: dict | None = None
    headers: dict | None = None
    amend: tuple = ()

    @classmethod
    def read(cls, table):
        amend = tuple(Amendment.read(one) for one in table.get("amend", []))
        return cls(**table | {"amend": amend})


@dataclass(frozen=True)
class Line:
    name: str
    document: str
    section: str
    printed: str
    amend: tuple
    answer: Answer | None = None
    kind: str = "curl"
    after: str | None = None
    at_most: int = 1

    @classmethod
    def read(cls, table, known):
        table = dict(table)
        amend = tuple(Amendment.read(one) for one in table.pop("amend"))
        if "answer" in table:
            table["answer"] = Answer.read(table["answer"])
        like = known[table.pop("like")] if "like" in table else None
        if like:
            kept = tuple(old for old in like.amend if not any(old.printed in new.printed for new in amend))
            amend = kept + amend
            table = {"document": like.document, "printed": like.printed, "answer": like.answer} | table
        return cls(amend=amend, **table)


def _read_lines():
    known = {}
    for table in _FILE["line"]:
        assert table["name"] not in known, f"two lines are called {table['name']}"
        known[table["name"]] = Line.read(table, known)
    return known


LINES = _read_lines()


def of_kind(kind):
    return [line for line in LINES.values() if line.kind == kind]


def amended(printed, amend, value_of):
    """`printed` with each amendment made in its one place; `value_of` resolves what stands in `{…}`."""
    for one in amend:
        assert printed.count(one.printed) == 1, f"printed {printed.count(one.printed)} times: {one.printed!r}"
    if not amend:
        return printed
    replacement = {one.printed: _filled(one.to, value_of) for one in amend}
    places = re.compile("|".join(re.escape(text) for text in replacement))
    return places.sub(lambda found: replacement[found.group()], printed)


def _filled(text, value_of):
    return re.sub(r"\{([\w.-]+)\}", lambda found: value_of(found.group(1)), text)

"""Runs a printed line in bash, with the real curl, without adding anything to it."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# curl reads this before its arguments, so that the line itself stays as printed.
CURLRC = """\
silent
show-error
max-time = 20
dump-header = "{headers}"
"""


@dataclass
class Reply:
    status: int
    headers: dict
    text: str

    def json(self):
        return json.loads(self.text)


def output_of(line):
    """What the line prints."""
    return _bash(line, os.environ)


def reply_to(line):
    """What the server answered to a line that calls curl."""
    with tempfile.TemporaryDirectory(prefix="curl-") as place:
        headers = Path(place, "headers")
        Path(place, ".curlrc").write_text(CURLRC.format(headers=headers))
        text = _bash(line, os.environ | {"CURL_HOME": place})
        return Reply(*_read_headers(headers.read_text()), text)


def _bash(line, environment):
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}\n{line}"
    return done.stdout


def _read_headers(dump):
    first, *rest = dump.splitlines()
    fields = (line.partition(":") for line in rest if line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in fields}

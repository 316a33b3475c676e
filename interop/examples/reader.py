"""A reader who follows a page: types its lines, saves its files, signs in where a browser opens.

Everything listens on free ports here; a page prints fixed ones.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON_CLIENTS = Path(__file__).parents[1] / "python"
TIMEOUT_SECONDS = 60
DEV, BROKER, CALLBACK = "127.0.0.1:8080", "127.0.0.1:7380", "127.0.0.1:8888"
# The API behind `stagedoor serve`, by its port alone, and a second server.
BEHIND, SECOND = "9000", "127.0.0.1:8081"

# What opens when the command line opens a browser: a person who allows the app, and ends at the address it listens on.
BROWSER = f"""#!{sys.executable}
import sys, urllib.request
sys.path.insert(0, {str(PYTHON_CLIENTS)!r})
from browser import sign_in
urllib.request.urlopen(sign_in(sys.argv[1], {{"email": "fan@example.com", "password": "listen-first"}})).read()
"""


class Reader:
    def __init__(self):
        # Short: the path of a socket has about a hundred bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="page-"))
        self._terminals = []
        # The port comes first: it may stand within what takes another's place.
        self._places = {BEHIND: free_address().split(":")[1]}
        self._places |= {place: free_address() for place in (CALLBACK, DEV, SECOND)}
        for name in ("bin", "work", "run"):
            (self.folder / name).mkdir(mode=0o700)
        (self.folder / "bin" / "stagedoor").symlink_to(os.environ["STAGEDOOR"])
        browser = self.folder / "bin" / "xdg-open"
        browser.write_text(BROWSER)
        browser.chmod(0o755)

    def environment(self):
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STAGEDOOR_HOME": str(self.folder / "vault"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "DISPLAY": ":0",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def typed(self, text):
        for printed, real in self._places.items():
            text = text.replace(printed, real)
        return text

    def run(self, block):
        """What the block prints, to either stream."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.typed(block.text)],
            **self._streams(stderr=subprocess.STDOUT), stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS,
        )
        assert done.returncode == 0, f"{block.place} exited with {done.returncode}:\n{done.stdout}"
        self._take_places_in_files()
        return done.stdout

    def _take_places_in_files(self):
        """What `init` writes has fixed ports too."""
        for file in (self.folder / "work").rglob("stagedoor.toml"):
            file.write_text(self.typed(file.read_text()))

    def open_terminal(self, block):
        """Starts what runs on, on free ports, and waits for the line that says it is ready."""
        command = self.typed(block.text).strip()
        if command.startswith("stagedoor serve"):
            self._start(block, f"{command} 2>&1", ready=" ready ")
        elif command.startswith("python3"):
            self._start(block, command, ready="Serving HTTP")
        else:
            self._start_announced(block, re.sub(r" --listen \S+", "", command))

    def _start_announced(self, block, command):
        is_dev = command.startswith("stagedoor dev")
        command += " --json --listen 127.0.0.1:0"
        if is_dev:
            command += f" --redirect-uri spotify-ads=http://{self._places[CALLBACK]}/callback"
        said = self._start(block, command, ready="{")
        self._places[DEV if is_dev else BROKER] = json.loads(said)["url"].removeprefix("http://")

    def _start(self, block, command, ready):
        """Gives the line with these words."""
        process = subprocess.Popen(["bash", "-c", f"exec {command}"], **self._streams(stdout=subprocess.PIPE))
        self._terminals.append(process)
        said = []
        for line in process.stdout:
            said.append(line)
            if ready in line:
                return line
        raise AssertionError(f"{block.place} ended with {process.wait(TIMEOUT_SECONDS)}:\n{''.join(said)}")

    def save(self, block):
        (self.folder / "work" / block.name).write_text(self.typed(block.text))

    def close(self):
        for process in reversed(self._terminals):
            process.terminate()
        for process in self._terminals:
            process.wait(TIMEOUT_SECONDS)
            process.stdout.close()
        shutil.rmtree(self.folder)

    def _streams(self, **streams):
        cwd = self.folder / "work"
        return {"text": True, "env": self.environment(), "cwd": cwd, "stdout": subprocess.PIPE, **streams}


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def is_like(printed, expected):
    """Whether the output is what the page prints; `…` stands for anything, also for nothing."""
    pattern = ".*?".join(map(re.escape, expected.strip().split("…")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None

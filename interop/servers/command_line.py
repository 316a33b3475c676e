"""Stagedoor's command line as a person or a script drives it, with a vault of its own.

Whatever it prints is searched for the client's secret.
"""

import json
import os
import re
import subprocess
import threading

import requests

from person import visit

TIMEOUT_SECONDS = 60
ADDRESS = re.compile(r"http://[^\s\"'<>]+")
USER_CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


class CommandLine:
    def __init__(self, folder):
        self.home = folder / "home"
        self.folder = folder
        self._secrets = set()
        self._providers = set()

    def environment(self):
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {**kept, "STAGEDOOR_HOME": str(self.home), "HOME": str(self.folder), "NO_COLOR": "1"}

    def start(self, *arguments, **streams):
        """Starts a command that ends by itself."""
        command = [os.environ["STAGEDOOR"], *map(str, arguments)]
        return subprocess.Popen(command, text=True, env=self.environment(), cwd=self.folder, **streams)

    def run(self, *arguments, status=0):
        """Runs a command to its end; `status` is what it must exit with, None for anything but 0."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = self.start(*arguments, **pipes)
        return self.finish(process, arguments, status)

    def finish(self, process, arguments, status=0):
        try:
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            process.kill()
        self.check_output(out + (err or ""))
        fits = process.returncode != 0 if status is None else process.returncode == status
        said = f"{' '.join(map(str, arguments))} exited with {process.returncode}:\n{out}\n{err or ''}"
        assert fits and process.returncode >= 0, said
        return Finished(out, err or "")

    def check_output(self, text):
        assert not any(secret in text for secret in self._secrets), "a client secret was printed"

    def login(self, server, *more, name="x"):
        """The arguments of `login` for this server, whose dialect is added first."""
        self._secrets.add(server.client_secret)
        if server.kind.dialect not in self._providers:
            self.run("provider", "add", server.kind.dialect_file)
            self._providers.add(server.kind.dialect)
        secret = self.folder / "client-secret"
        secret.write_text(server.client_secret)
        app = ["--client-id", server.client_id, "--client-secret-file", secret]
        where = ["--base-url", server.base_url, "--scope", server.scope]
        return ["login", server.kind.dialect, "--as", name, *app, *where, *more]

    def sign_in(self, server, press="Allow", status=0, name="x"):
        """Through the listener: the browser is sent to it and shows its page."""
        with Talk(self, self.login(server, "--no-browser", name=name)) as talk:
            location = visit(talk.authorize_address(server), server.user, press)
            page = requests.get(location, timeout=TIMEOUT_SECONDS)
            return talk.finish(status), page

    def sign_in_by_paste(self, server, name="x"):
        """The browser runs elsewhere; the whole address it ended at is pasted."""
        with Talk(self, self.login(server, "--paste", name=name), stdin=subprocess.PIPE) as talk:
            location = visit(talk.authorize_address(server), server.user)
            return talk.finish(0, say=location + "\n")

    def sign_in_by_device(self, server, press="Allow", status=0, name="x"):
        with Talk(self, self.login(server, "--device", name=name)) as talk:
            assert visit(talk.device_address(server), server.user, press) is None
            return talk.finish(status)

    def token(self, *more, name="x"):
        return self.run("token", name, *more).out.strip()

    def renewed_token(self, name="x"):
        """No token lives that long: it is renewed once and printed with a warning, as the old one would be."""
        before = self.token(name=name)
        after = self.token("--min-ttl", 10**6, name=name)
        assert after != before, "the renewal failed"
        return after

    def call(self, path, name="x"):
        return json.loads(self.run("call", name, path).out)

    def check_vault(self):
        """No client secret stands in clear anywhere under the home folder, and nobody else can read it."""
        for path in [self.home, *self.home.rglob("*")]:
            assert path.lstat().st_mode & 0o077 == 0, f"{path} is open to others"
            if path.is_file():
                content = path.read_bytes()
                assert not any(secret.encode() in content for secret in self._secrets), path


class Finished:
    def __init__(self, out, err):
        self.out = out
        self.err = err
        self.all = out + err


class Talk:
    """A `login` that runs while the person acts; both its streams are read as one."""

    def __init__(self, line, arguments, stdin=subprocess.DEVNULL):
        self._line, self._arguments, self._said = line, arguments, ""
        self._process = line.start(*arguments, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # Who waits for a line that never comes sees the end of the output instead.
        self._limit = threading.Timer(TIMEOUT_SECONDS, self._process.kill)

    def __enter__(self):
        self._limit.start()
        return self

    def __exit__(self, *_):
        self._limit.cancel()
        self._process.kill()
        self._process.wait()

    def authorize_address(self, server):
        return self._until(lambda said: first_address(said, server.base_url, "response_type=code"))

    def device_address(self, server):
        return self._until(lambda said: device_address(said, server.base_url + server.device_path))

    def finish(self, status, say=None):
        try:
            rest, _ = self._process.communicate(say, timeout=TIMEOUT_SECONDS)
        finally:
            self._process.kill()
        self._said += rest
        self._line.check_output(self._said)
        code = self._process.returncode
        fits = code != 0 if status is None else code == status
        assert fits and code >= 0, f"login exited with {code}:\n{self._said}"
        return self._said

    def _until(self, find):
        for line in self._process.stdout:
            self._said += line
            found = find(self._said)
            if found:
                return found
        raise AssertionError(f"login did not print what to open:\n{self._said}")


def first_address(said, base_url, part):
    found = [address for address in ADDRESS.findall(said) if address.startswith(base_url) and part in address]
    return found[0] if found else None


def device_address(said, page):
    """With the code in it, or put together from what was printed."""
    address, code = first_address(said, page, ""), USER_CODE.search(said)
    if address and "user_code=" in address:
        return address
    return f"{page}?user_code={code[0]}" if address and code else None

"""Starts one of this folder's servers, and knows which there are."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
STOP_SECONDS = 20


@dataclass
class Kind:
    """A server program and the dialect file that describes it."""

    dialect: str
    program: str

    @property
    def dialect_file(self):
        return HERE / "dialects" / f"{self.dialect}.toml"

    def command(self):
        if self.program.endswith(".py"):
            return [sys.executable, HERE / self.program]
        # Node's packages stand beside a copy of the programs, see interop/run.
        return ["node", Path(os.environ["INTEROP_SERVERS"]) / self.program]


OIDC_PROVIDER = Kind("oidc-provider", "oidc_provider.mjs")
AUTHLIB = Kind("authlib", "flask_server.py")
MOCK = Kind("oauth2-mock-server", "mock_server.mjs")
MOCK_FOR_APPS = Kind("oauth2-mock-server-apps", "mock_server.mjs")
KINDS = [OIDC_PROVIDER, AUTHLIB, MOCK, MOCK_FOR_APPS]


class Server:
    """A running one; what it printed are attributes: base_url, client_id, client_secret, user, scope, api_path, …"""

    def __init__(self, kind, log, environment):
        self.kind = kind
        environment = {**os.environ, **environment}
        self._errors = open(log, "w+")
        self._process = subprocess.Popen(
            kind.command(), stdout=subprocess.PIPE, stderr=self._errors, text=True, env=environment
        )
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise AssertionError(f"{kind.program} did not get ready:\n{self._errors.read()}")
        self.__dict__.update(json.loads(line))

    def stop(self):
        self._process.terminate()
        try:
            assert self._process.wait(STOP_SECONDS) == 0, f"{self.kind.program} exited with an error"
        finally:
            self._process.kill()
            self._process.stdout.close()
            self._errors.close()

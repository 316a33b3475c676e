"""The very samples of deploy/, run with other ports and another certificate."""

import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

from certificate import make

DEPLOY = Path(__file__).parents[2] / "deploy"
TIMEOUT_SECONDS = 60


class Proxy:
    """A proxy that runs. `plain` and `tls` are its ports."""

    def __init__(self, folder, backend):
        self.folder, self.plain, self.tls = folder, free_port(), free_port()
        make(folder)
        command = self.prepare(backend)
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stderr:
            said.append(line)
            if self.READY in line:
                break
        else:
            raise AssertionError(f"{command[0]} ended:\n{''.join(said)}")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def sample(self, name, replacements):
        text = (DEPLOY / name).read_text()
        for old, new in [("/etc/ssl/stagedoor", str(self.folder)), *replacements]:
            assert old in text, f"{old} is not in deploy/{name}"
            text = text.replace(old, new)
        return text

    def close(self):
        self.process.terminate()
        self.process.wait(TIMEOUT_SECONDS)


class Nginx(Proxy):
    PROGRAM, READY = "nginx", "event method"

    def prepare(self, backend):
        replacements = [
            ("server 127.0.0.1:8080", f"server {backend.address}"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.tls} "),
        ]
        (self.folder / "stagedoor.conf").write_text(self.sample("nginx.conf", replacements))
        # What Debian's own nginx.conf stands for, in one process of this user.
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {self.folder}/pid;\nerror_log stderr notice;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{temporary}include {self.folder}/stagedoor.conf;\n}}\n"
        )
        return [program(self.PROGRAM), "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"]


class Caddy(Proxy):
    PROGRAM, READY = "caddy", "serving initial configuration"

    def prepare(self, backend):
        own = (
            f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port {self.plain}\n\thttps_port {self.tls}\n"
            f"\tstorage file_system {self.folder}\n}}\n"
        )
        sample = self.sample("Caddyfile", [("reverse_proxy 127.0.0.1:8080", f"reverse_proxy {backend.address}")])
        (self.folder / "Caddyfile").write_text(own + sample)
        return [program(self.PROGRAM), "run", "--adapter", "caddyfile", "--config", self.folder / "Caddyfile"]


def program(name):
    """Debian has nginx where only root looks."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]

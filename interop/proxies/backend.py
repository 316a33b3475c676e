"""What stands behind the proxy: `stagedoor serve`, set up as the samples say, and an API behind that."""

import json
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIMEOUT_SECONDS = 60
URL = "https://api.example.com"


class Api(BaseHTTPRequestHandler):
    """`/echo` says what it was told; `/streamed` says its second half once the test has heard the first."""

    protocol_version = "HTTP/1.1"
    first_half_heard = threading.Event()

    def do_GET(self):
        self.send_response(200)
        if self.path == "/streamed":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._chunk(b"first")
            assert Api.first_half_heard.wait(TIMEOUT_SECONDS)
            self._chunk(b"second")
            self._chunk(b"")
        else:
            self._answer({name.lower(): value for name, value in self.headers.items()})

    def do_POST(self):
        length = len(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self._answer({"length": length})

    def _answer(self, content):
        body = json.dumps(content).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Backend:
    def __init__(self, folder):
        self.api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        self.file = folder / "stagedoor.toml"
        self._stagedoor("init", "--dir", folder)
        self._change('listen = ["127.0.0.1:8080"]', 'listen = ["127.0.0.1:0"]\n'
                     f'url = "{URL}"\ntrusted_proxies = ["127.0.0.1"]')
        self._change("http://127.0.0.1:9000", f"http://127.0.0.1:{self.api.server_port}")
        self._change('"pretty"', '"json"')
        self.process = subprocess.Popen(
            [os.environ["STAGEDOOR"], "serve", "--config", self.file], stderr=subprocess.PIPE, text=True
        )
        ready = next(line for line in self.process.stderr if '"ready"' in line)
        self.address = re.search(r"127\.0\.0\.1:\d+", ready)[0]
        # Read on, so that the log never waits for a reader.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self._admin("team", "create", "Night Owl Records", "--kind", "label")
        self.app = json.loads(self._admin(
            "app", "create", "--api", "catalogue", "--team", "Night Owl Records", "--name", "Charts", "--json"
        ))

    def close(self):
        self.process.terminate()
        assert self.process.wait(TIMEOUT_SECONDS) == 0
        self.api.shutdown()
        self.api.server_close()

    def _admin(self, *arguments):
        return self._stagedoor("admin", *arguments, "--config", self.file)

    def _stagedoor(self, *arguments):
        return subprocess.run(
            [os.environ["STAGEDOOR"], *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS
        ).stdout

    def _change(self, old, new):
        text = self.file.read_text()
        assert old in text, old
        self.file.write_text(text.replace(old, new))

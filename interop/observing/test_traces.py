"""Traces as OpenTelemetry's own message types read them."""

import os
import re
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector(BaseHTTPRequestHandler):
    taken = []

    def do_POST(self):
        assert self.path == "/v1/traces" and self.headers["content-type"] == "application/x-protobuf"
        self.taken.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_spans(tmp_path):
    collector = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    stagedoor = os.environ["STAGEDOOR"]
    subprocess.run([stagedoor, "init", "--dir", tmp_path], check=True, stdout=subprocess.DEVNULL)
    file = tmp_path / "stagedoor.toml"
    text = file.read_text().replace('listen = ["127.0.0.1:8080"]', 'listen = ["127.0.0.1:0"]')
    file.write_text(f'{text}\n[traces]\nendpoint = "http://127.0.0.1:{collector.server_port}/v1/traces"\n')
    server = subprocess.Popen([stagedoor, "serve", "--config", file], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if "ready" in line:
            url = re.search(r"http://127\.0\.0\.1:\d+", line)[0]
            break
    for path in ["/catalogue/token", "/healthz"]:
        try:
            urllib.request.urlopen(url + path)
        except urllib.error.HTTPError:
            pass
    server.terminate()
    server.stderr.read()
    assert server.wait(timeout=30) == 0

    spans = {}
    for body in Collector.taken:
        request = ExportTraceServiceRequest.FromString(body)
        # Nothing is left that the types don't know.
        assert request.SerializeToString() == body
        for resource in request.resource_spans:
            names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            assert names["service.name"] == "stagedoor"
            for scope in resource.scope_spans:
                assert scope.scope.name == "stagedoor"
                spans |= {span.name: span for span in scope.spans}
    assert set(spans) == {"catalogue token", "none"}
    span = spans["catalogue token"]
    assert (len(span.trace_id), len(span.span_id), span.parent_span_id) == (16, 8, b"")
    assert span.kind == Span.SPAN_KIND_SERVER
    assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
    attributes = {pair.key: pair.value for pair in span.attributes}
    assert attributes["http.request.method"].string_value == "GET"
    assert attributes["http.response.status_code"].int_value >= 400

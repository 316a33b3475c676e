"""A partner's calls through nginx and Caddy, as deploy/ has them, to a server that trusts them."""

import http.client
import json
import socket
import ssl
import subprocess
from urllib.parse import urlencode

import pytest

from backend import Api, Backend, TIMEOUT_SECONDS, URL
from certificate import HOST
from samples import Caddy, Nginx, program

# The partner comes from an address that is not the proxy's; all of 127.0.0.0/8 is this machine.
PARTNER, STRANGER = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    one = Backend(tmp_path_factory.mktemp("backend"))
    yield one
    one.close()


@pytest.fixture(scope="module", params=[Nginx, Caddy], ids=["nginx", "caddy"])
def proxy(request, backend, tmp_path_factory):
    if not program(request.param.PROGRAM):
        pytest.skip(f"no {request.param.PROGRAM} here (Debian: apt install nginx-light caddy)")
    one = request.param(tmp_path_factory.mktemp("proxy"), backend)
    yield one
    one.close()


class Https(http.client.HTTPSConnection):
    """To the proxy of this machine, by the name in its certificate."""

    def __init__(self, proxy):
        super().__init__(HOST, timeout=TIMEOUT_SECONDS)
        self._address = ("127.0.0.1", proxy.tls)
        self._tls = ssl.create_default_context(cafile=proxy.folder / "fullchain.pem")

    def connect(self):
        plain = socket.create_connection(self._address, self.timeout, source_address=(PARTNER, 0))
        self.sock = self._tls.wrap_socket(plain, server_hostname=HOST)


@pytest.fixture
def https(proxy):
    connection = Https(proxy)
    yield connection
    connection.close()


def answer(connection, method, path, **request):
    connection.request(method, path, **request)
    response = connection.getresponse()
    return response, response.read()


def token(connection, app):
    form = {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["secret"]}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response, body = answer(connection, "POST", "/catalogue/token", body=urlencode(form), headers=headers)
    assert response.status == 200, body
    return json.loads(body)["access_token"]


def bearer(connection, app):
    return {"Authorization": f"Bearer {token(connection, app)}"}


def test_call_goes_through(https, backend):
    claims = {"X-Forwarded-For": "192.0.2.1", "X-Request-Id": "mine", "Traceparent": "00-1-1-01"}
    headers = bearer(https, backend.app) | claims
    response, body = answer(https, "GET", "/catalogue/echo", headers=headers)
    assert response.status == 200, body
    told = json.loads(body)
    assert told["x-stagedoor-app"] == backend.app["client_id"]
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["x-forwarded-host"]) == (PARTNER, "https", HOST)
    assert "authorization" not in told
    assert told.get("x-request-id") != "mine"
    assert told.get("traceparent") != claims["Traceparent"]


def test_addresses_are_believed_from_the_proxy_alone(https, backend):
    headers = bearer(https, backend.app) | {"X-Forwarded-For": "192.0.2.1"}
    host, port = backend.address.split(":")
    direct = http.client.HTTPConnection(host, int(port), TIMEOUT_SECONDS, source_address=(STRANGER, 0))
    _, body = answer(direct, "GET", "/catalogue/echo", headers=headers)
    direct.close()
    assert json.loads(body)["x-forwarded-for"] == STRANGER


def test_links_say_https(https):
    response, body = answer(https, "GET", "/.well-known/oauth-authorization-server/catalogue")
    metadata = json.loads(body)
    assert metadata["issuer"] == f"{URL}/catalogue"
    assert metadata["token_endpoint"] == f"{URL}/catalogue/token"
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_pieces_arrive_as_they_are_sent(https, backend):
    Api.first_half_heard.clear()
    https.request("GET", "/catalogue/streamed", headers=bearer(https, backend.app))
    response = https.getresponse()
    assert response.read1(5) == b"first"
    Api.first_half_heard.set()
    assert response.read() == b"second"


def curl(proxy, path, *arguments):
    """Gives the version and the status. By HTTP/2, as most programs speak to a proxy, where the arguments say nothing else."""
    done = subprocess.run(
        ["curl", "-sS", "--http2", "--cacert", proxy.folder / "fullchain.pem", "--resolve", f"{HOST}:{proxy.tls}:127.0.0.1",
         "-o", "/dev/null", "-w", "%{http_version} %{http_code}", *arguments, f"https://{HOST}:{proxy.tls}{path}"],
        check=True, stdout=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS,
    )
    return done.stdout


def test_bodies(https, backend):
    headers = bearer(https, backend.app)
    response, body = answer(https, "POST", "/catalogue/upload", body=b"x" * 3_000_000, headers=headers)
    assert (response.status, json.loads(body)) == (200, {"length": 3_000_000})


def test_a_body_that_is_too_long(proxy, https, backend, tmp_path):
    upload, header = tmp_path / "upload", tmp_path / "header"
    with upload.open("wb") as file:
        file.truncate(101 * 1024 * 1024)
    header.write_text(f"Authorization: {bearer(https, backend.app)['Authorization']}")
    assert curl(proxy, "/catalogue/upload", "--http1.1", "--expect100-timeout", "60", "-X", "POST", "-T", upload, "-H", f"@{header}") == "1.1 413"


def test_http2(proxy):
    assert curl(proxy, "/catalogue/echo") == "2 401"


def test_clear_text_is_led_to_https(proxy):
    plain = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=TIMEOUT_SECONDS)
    response, _ = answer(plain, "GET", "/catalogue/authorize?x=1", headers={"Host": HOST})
    assert response.status in (301, 308)
    assert response.headers["Location"].startswith(f"https://{HOST}")
    plain.close()


def test_secrets_in_clear_are_refused_by_nginx(proxy):
    if proxy.PROGRAM != "nginx":
        pytest.skip("Caddy leads everyone to https")
    plain = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=TIMEOUT_SECONDS)
    for method, headers in [("GET", {"Authorization": "Bearer x"}), ("POST", {})]:
        response, _ = answer(plain, method, "/catalogue/token", headers={"Host": HOST} | headers)
        assert response.status == 403
    plain.close()

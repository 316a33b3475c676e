"""What Authlib's Flask server knows: one client, one person, and in memory the codes and tokens it gave."""

import os
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from authlib.integrations.flask_oauth2.authorization_server import create_token_generator
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE
from authlib.oauth2.rfc9207 import IssuerParameter

ACCESS_TOKEN_SECONDS = int(os.environ.get("ACCESS_TOKEN_SECONDS", "3600"))
REDIRECT_URI = "http://127.0.0.1" + os.environ.get("REDIRECT_PATH", "/callback")
API_SCOPE = "read"
SCOPES = {"read", "write"}


@dataclass
class Client(ClientMixin):
    client_id: str
    client_secret: str

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return REDIRECT_URI

    def get_allowed_scope(self, scope):
        return " ".join(name for name in (scope or API_SCOPE).split() if name in SCOPES)

    def check_redirect_uri(self, redirect_uri):
        """A native app's loopback redirect URI is taken with any port (RFC 8252, section 7.3)."""
        parts = urlsplit(redirect_uri)
        return parts.hostname == "127.0.0.1" and parts._replace(netloc="127.0.0.1").geturl() == REDIRECT_URI

    def check_client_secret(self, client_secret):
        return secrets.compare_digest(self.client_secret, client_secret)

    def check_endpoint_auth_method(self, method, endpoint):
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in ("authorization_code", "refresh_token", DEVICE_CODE_GRANT_TYPE)


@dataclass
class Code(AuthorizationCodeMixin):
    redirect_uri: str
    scope: str
    user: str
    code: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


@dataclass
class Token(TokenMixin):
    client: Client
    user: str
    access_token: str
    refresh_token: str
    scope: str
    expires_at: float
    access_revoked: bool = False
    refresh_revoked: bool = False

    def check_client(self, client):
        return self.client is client

    def get_scope(self):
        return self.scope

    def is_expired(self):
        return self.expires_at <= time.time()

    def is_revoked(self):
        return self.access_revoked


@dataclass
class Records:
    base_url: str
    only: Client
    user: dict
    codes: dict = field(default_factory=dict)
    by_access_token: dict = field(default_factory=dict)
    by_refresh_token: dict = field(default_factory=dict)
    devices: dict = field(default_factory=dict)
    devices_by_user_code: dict = field(default_factory=dict)
    user_grants: dict = field(default_factory=dict)

    @classmethod
    def fresh(cls, base_url):
        user = {"email": "ada@label.example", "password": "correct horse"}
        return cls(base_url, Client(secrets.token_hex(16), secrets.token_urlsafe(32)), user)

    def announcement(self):
        client = {"client_id": self.only.client_id, "client_secret": self.only.client_secret}
        about = {"scope": "read write", "api_path": "/api/me", "device_path": "/device"}
        return {"base_url": self.base_url, **client, "redirect_uri": REDIRECT_URI, "user": self.user, **about}

    def client(self, client_id):
        return self.only if client_id == self.only.client_id else None

    def generator(self):
        """Authlib's own generator with one lifetime for every grant."""
        new = create_token_generator
        return BearerTokenGenerator(new(True, 42), new(True, 48), ACCESS_TOKEN_SECONDS)

    def save_token(self, answer, request):
        names = ("access_token", "refresh_token", "scope")
        kept = {name: answer[name] for name in names}
        token = Token(request.client, request.user, **kept, expires_at=time.time() + answer["expires_in"])
        self.by_access_token[token.access_token] = token
        self.by_refresh_token[token.refresh_token] = token


class BearerTokens(BearerTokenValidator):
    def __init__(self, records):
        super().__init__()
        self.records = records

    def authenticate_token(self, token_string):
        return self.records.by_access_token.get(token_string)


def issuer_parameter(base_url):
    """RFC 9207, with this server's address."""

    class Issuer(IssuerParameter):
        def __init__(self, server):
            self(server)

        def get_issuer(self):
            return base_url

    return Issuer

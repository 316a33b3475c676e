"""Authlib's grants and endpoints, told where this server keeps its records; the rules are Authlib's."""

import os
import time

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from flask import current_app

from flask_records import Code

METHODS = ["client_secret_basic", "client_secret_post"]


def records():
    return current_app.extensions["records"]


class Pkce(CodeChallenge):
    """Authlib asks it of public clients alone; here everybody needs it (RFC 9700, section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant, redirect_uri):
        if not grant.request.payload.data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def save_authorization_code(self, code, request):
        data = request.payload.data
        challenge = (data["code_challenge"], data.get("code_challenge_method"))
        redirect_uri = request.payload.redirect_uri
        records().codes[code] = Code(redirect_uri, request.scope, request.user, code, *challenge)

    def query_authorization_code(self, code, client):
        return records().codes.get(code)

    def delete_authorization_code(self, authorization_code):
        records().codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class RefreshGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        token = records().by_refresh_token.get(refresh_token)
        return None if token is None or token.refresh_revoked else token

    def authenticate_user(self, refresh_token):
        return refresh_token.user

    def revoke_old_credential(self, refresh_token):
        refresh_token.access_revoked = refresh_token.refresh_revoked = True


class DeviceAuthorization(DeviceAuthorizationEndpoint):
    INTERVAL = int(os.environ.get("DEVICE_INTERVAL_SECONDS", "1"))

    def get_verification_uri(self):
        return f"{records().base_url}/device"

    def save_device_credential(self, client_id, scope, data):
        credential = DeviceCredentialDict(client_id=client_id, scope=scope, **data)
        credential["expires_at"] = time.time() + data["expires_in"]
        records().devices[data["device_code"]] = credential
        records().devices_by_user_code[data["user_code"]] = credential


class DeviceGrant(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def query_device_credential(self, device_code):
        return records().devices.get(device_code)

    def query_user_grant(self, user_code):
        return records().user_grants.get(user_code)

    def should_slow_down(self, credential):
        """Who asks sooner than the interval says is slowed down."""
        now, last = time.monotonic(), credential.get("asked")
        credential["asked"] = now
        return last is not None and now - last < DeviceAuthorization.INTERVAL * 0.9

    def save_token(self, token):
        """The code is used up."""
        del records().devices[self.request.credential["device_code"]]
        return super().save_token(token)


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, token_string, token_type_hint):
        kept = records()
        return kept.by_access_token.get(token_string) or kept.by_refresh_token.get(token_string)

    def revoke_token(self, token, request):
        """A refresh token takes its access token along (RFC 7009, section 2.1); the other way round it stays."""
        token.access_revoked = True
        token.refresh_revoked |= request.form["token"] == token.refresh_token

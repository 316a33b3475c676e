"""Authlib 1.9.9's Flask server: authorization code with PKCE, refresh tokens of which each works once, device grant,
revocation, and an API behind its resource protector. Everything is kept in memory; sign-in and consent are ours, as
Authlib leaves them to its users.
"""

import json
import secrets
import signal
import sys

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from flask import Flask, abort, jsonify, redirect, request, session
from werkzeug.serving import WSGIRequestHandler, make_server

from flask_grants import CodeGrant, DeviceAuthorization, DeviceGrant, Pkce, RefreshGrant, Revocation
from flask_records import API_SCOPE, BearerTokens, Records, issuer_parameter

SIGN_IN = '<form method="post"><input name="email"><input name="password"><button>Sign in</button></form>'
CONSENT = (
    '<form method="post"><button name="decision" value="allow">Allow</button>'
    '<button name="decision" value="deny">Cancel</button></form>'
)
CODE = '<form method="post" action="/device"><input name="user_code"><button>Continue</button></form>'


def build(base_url):
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(32)
    records = app.extensions["records"] = Records.fresh(base_url)
    server = AuthorizationServer(app, records.client, records.save_token)
    server.register_token_generator("default", records.generator())
    server.register_grant(CodeGrant, [Pkce(required=True)])
    server.register_grant(RefreshGrant)
    server.register_grant(DeviceGrant)
    server.register_endpoint(DeviceAuthorization)
    server.register_endpoint(Revocation)
    server.register_extension(issuer_parameter(base_url))
    add_oauth_routes(app, server)
    add_device_page(app, records)
    add_api(app, records)
    return app, records


def add_oauth_routes(app, server):
    @app.route("/oauth/authorize", methods=["GET", "POST"])
    def authorize():
        try:
            grant = server.get_consent_grant(end_user=session.get("user"))
        except OAuth2Error as error:
            return server.handle_error_response(None, error)
        decision = decided()
        if decision is None:
            return asked()
        allowed_by = session["user"] if decision else None
        return server.create_authorization_response(grant_user=allowed_by, grant=grant)

    app.post("/oauth/token", endpoint="token")(server.create_token_response)
    app.post("/oauth/device", endpoint="start")(lambda: server.create_endpoint_response("device_authorization"))
    app.post("/oauth/revoke", endpoint="revoke")(lambda: server.create_endpoint_response("revocation"))


def add_device_page(app, records):
    @app.route("/device", methods=["GET", "POST"])
    def device():
        code = request.values.get("user_code")
        if code is None:
            return CODE
        if code not in records.devices_by_user_code:
            abort(404)
        if "user_code" in request.form:
            return redirect(f"/device?user_code={code}")
        decision = decided()
        if decision is None:
            return asked()
        records.user_grants[code] = (session["user"], decision)
        return "This device may go on." if decision else "This device was refused."


def add_api(app, records):
    protect = ResourceProtector()
    protect.register_token_validator(BearerTokens(records))

    @app.get("/api/me")
    @protect(API_SCOPE)
    def me():
        return jsonify(sub=current_token.user, scope=current_token.scope)


def asked():
    """The form that comes next for this person."""
    return CONSENT if "user" in session else SIGN_IN


def decided():
    """What the person pressed, once they have signed in: True, False, or None for nothing yet."""
    if request.method == "POST" and "email" in request.form:
        user = app.extensions["records"].user
        if any(request.form.get(name) != value for name, value in user.items()):
            abort(403)
        session["user"] = user["email"]
    if request.method != "POST" or "decision" not in request.form or "user" not in session:
        return None
    return request.form["decision"] == "allow"


class Quiet(WSGIRequestHandler):
    """Addresses here carry codes, so requests are not logged."""

    def log_request(self, *_):
        pass


if __name__ == "__main__":
    # The address is part of what the app answers, so it is known first and the app follows.
    listener = make_server("127.0.0.1", 0, None, threaded=True, request_handler=Quiet)
    app, records = build(f"http://127.0.0.1:{listener.server_port}")
    listener.app = app
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(json.dumps(records.announcement()), flush=True)
    listener.serve_forever()

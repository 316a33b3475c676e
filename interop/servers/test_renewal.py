"""Refresh tokens that each work once. oidc-provider ends the whole grant when one is sent a second time, so that a
renewal after another proves that no old one was used.
"""

import subprocess

import pytest
import requests

from foreign import AUTHLIB, OIDC_PROVIDER
from test_sign_in import opens_the_api

ROTATING = pytest.mark.parametrize("kind", [OIDC_PROVIDER, AUTHLIB], ids=lambda kind: kind.dialect)
CALLERS = 20


def end_access_token(server, token):
    """The provider no longer takes this access token, long before its time."""
    if server.kind is OIDC_PROVIDER:
        answer = requests.post(f"{server.base_url}/_end", data=token, timeout=20)
    else:
        app = (server.client_id, server.client_secret)
        answer = requests.post(f"{server.base_url}/oauth/revoke", auth=app, data={"token": token}, timeout=20)
    answer.raise_for_status()
    assert not opens_the_api(server, token)


@ROTATING
def test_rotation(start, stagedoor, kind):
    server = start(kind)
    stagedoor.sign_in(server)
    tokens = [stagedoor.token()] + [stagedoor.renewed_token() for _ in range(4)]
    assert len(set(tokens)) == len(tokens)
    assert stagedoor.token() == tokens[-1]
    assert opens_the_api(server, tokens[-1])


@ROTATING
def test_401_renews_once(start, stagedoor, kind):
    server = start(kind)
    stagedoor.sign_in(server)
    ended = stagedoor.token()
    end_access_token(server, ended)

    assert stagedoor.call(server.api_path)["sub"] == server.user["email"]
    assert stagedoor.token() != ended
    assert opens_the_api(server, stagedoor.renewed_token())


@ROTATING
def test_many_processes_find_it_refused_at_once(start, stagedoor, kind):
    server = start(kind)
    stagedoor.sign_in(server)
    end_access_token(server, stagedoor.token())

    command = ["call", "x", server.api_path]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    for process in [stagedoor.start(*command, **pipes) for _ in range(CALLERS)]:
        assert server.user["email"] in stagedoor.finish(process, command).out
    assert opens_the_api(server, stagedoor.renewed_token())


@ROTATING
def test_expired_at_once(start, stagedoor, kind):
    """A lifetime of one second is over before it is used: each token is a new one."""
    server = start(kind, ACCESS_TOKEN_SECONDS="1")
    stagedoor.sign_in(server)
    tokens = [stagedoor.renewed_token() for _ in range(3)]
    assert len(set(tokens)) == len(tokens)


def test_a_grant_that_ended_is_told_with_its_cure(start, stagedoor):
    server = start(OIDC_PROVIDER)
    stagedoor.sign_in(server)
    token = stagedoor.token()
    app = (server.client_id, server.client_secret)
    # Here the revocation of an access token takes the refresh token along.
    revocation = f"{server.base_url}/token/revocation"
    requests.post(revocation, auth=app, data={"token": token}, timeout=20).raise_for_status()

    failed = stagedoor.run("call", "x", server.api_path, status=None)
    assert "invalid_grant" in failed.all
    assert "stagedoor login" in failed.all
    assert token not in failed.all

    stagedoor.sign_in(server)
    assert stagedoor.call(server.api_path)["sub"] == server.user["email"]

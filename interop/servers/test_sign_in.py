"""Every way to sign in, at servers that others wrote."""

import json

import pytest
import requests

from foreign import AUTHLIB, MOCK, MOCK_FOR_APPS, OIDC_PROVIDER

WITH_PEOPLE = pytest.mark.parametrize("kind", [OIDC_PROVIDER, AUTHLIB], ids=lambda kind: kind.dialect)
WITH_CODES = pytest.mark.parametrize("kind", [OIDC_PROVIDER, AUTHLIB, MOCK], ids=lambda kind: kind.dialect)


def opens_the_api(server, token):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(server.base_url + server.api_path, headers=headers, timeout=20).status_code == 200


@WITH_CODES
def test_code_with_pkce_caught_by_the_listener(start, stagedoor, kind):
    server = start(kind)
    _, page = stagedoor.sign_in(server)
    assert page.status_code == 200

    token = stagedoor.token()
    assert opens_the_api(server, token)
    assert stagedoor.token() == token, "a live token is printed again"
    assert stagedoor.call(server.api_path)["sub"]


@WITH_CODES
def test_code_with_pkce_pasted(start, stagedoor, kind):
    server = start(kind)
    stagedoor.sign_in_by_paste(server)
    assert opens_the_api(server, stagedoor.token())


@WITH_PEOPLE
def test_device(start, stagedoor, kind):
    server = start(kind)
    stagedoor.sign_in_by_device(server)
    assert opens_the_api(server, stagedoor.token())
    assert opens_the_api(server, stagedoor.renewed_token())


@WITH_PEOPLE
def test_cancel_keeps_nothing(start, stagedoor, kind):
    said, _ = stagedoor.sign_in(start(kind), press="Cancel", status=None)
    assert "access_denied" in said
    stagedoor.run("token", "x", status=None)


@WITH_PEOPLE
def test_cancel_of_a_device_keeps_nothing(start, stagedoor, kind):
    said = stagedoor.sign_in_by_device(start(kind), press="Cancel", status=None)
    assert "access_denied" in said
    stagedoor.run("token", "x", status=None)


def test_an_app_for_itself_is_asked_nothing(start, stagedoor):
    server = start(MOCK_FOR_APPS)
    stagedoor.run(*stagedoor.login(server))
    assert opens_the_api(server, stagedoor.token())


@WITH_CODES
def test_status_names_it(start, stagedoor, kind):
    stagedoor.sign_in(start(kind))
    told = stagedoor.run("status", "--json").out
    assert stagedoor.token() not in told
    assert '"x"' in json.dumps(json.loads(told))


@WITH_PEOPLE
def test_logout_revokes(start, stagedoor, kind):
    server = start(kind)
    stagedoor.sign_in(server)
    token = stagedoor.token()
    stagedoor.run("logout", "x")
    assert not opens_the_api(server, token)
    stagedoor.run("token", "x", status=None)

"""oauth2-mock-server answers a token request with what a test asks for."""

import requests

from foreign import MOCK, MOCK_FOR_APPS
from test_sign_in import opens_the_api


def next_answer(server, **answer):
    requests.post(f"{server.base_url}/_next", json=answer, timeout=20).raise_for_status()


def seen(server, grant_type):
    return requests.get(f"{server.base_url}/_seen", timeout=20).json().get(grant_type, 0)


def test_read_tolerantly(start, stagedoor):
    """`expires_in` as text, and no `token_type`."""
    server = start(MOCK)
    next_answer(server, body={"expires_in": "3600", "token_type": None})
    stagedoor.sign_in(server)
    assert opens_the_api(server, stagedoor.token())


def test_no_new_refresh_token_keeps_the_old(start, stagedoor):
    server = start(MOCK)
    stagedoor.sign_in(server)
    for absent in (None, ""):
        next_answer(server, body={"refresh_token": absent})
        stagedoor.renewed_token()
    assert opens_the_api(server, stagedoor.renewed_token())
    assert seen(server, "refresh_token") == 3


def test_a_fault_of_the_server_costs_nothing_while_a_token_lives(start, stagedoor):
    server = start(MOCK)
    stagedoor.sign_in(server)
    token = stagedoor.token()
    next_answer(server, status=500, body={"error": "server_error"})
    kept = stagedoor.run("token", "x", "--min-ttl", 10**6)
    assert kept.out.strip() == token
    assert kept.err, "a warning"
    assert stagedoor.renewed_token() != token


def test_one_refusal_does_not_delete_the_refresh_token(start, stagedoor):
    server = start(MOCK)
    stagedoor.sign_in(server)
    token = stagedoor.token()
    next_answer(server, status=400, body={"error": "invalid_grant"})
    assert stagedoor.token("--min-ttl", 10**6) == token
    assert opens_the_api(server, stagedoor.token())


def test_200_with_an_error_is_an_error(start, stagedoor):
    server = start(MOCK_FOR_APPS)
    next_answer(server, status=200, body={"access_token": None, "error": "invalid_client"})
    failed = stagedoor.run(*stagedoor.login(server), status=None)
    assert "invalid_client" in failed.all


def test_an_app_renews_by_asking_again(start, stagedoor):
    server = start(MOCK_FOR_APPS)
    stagedoor.run(*stagedoor.login(server))
    token = stagedoor.token()
    assert stagedoor.renewed_token() != token
    assert seen(server, "client_credentials") == 2
    assert seen(server, "refresh_token") == 0

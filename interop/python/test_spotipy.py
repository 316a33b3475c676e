"""spotipy 2.26.0, unmodified: its class attributes hold the accounts host, an instance attribute the API's."""

import pytest
import spotipy
from spotipy import SpotifyClientCredentials, SpotifyOAuth, SpotifyPKCE
from spotipy.cache_handler import MemoryCacheHandler

from browser import sign_in
from dev import RADIOHEAD

SCOPES = "user-read-email,user-read-private"


@pytest.fixture
def spotify(dev, monkeypatch):
    """The `spotify` part of the server's line, with spotipy's three ways to a token pointed at it."""
    urls = dev.spotify
    for manager in (SpotifyClientCredentials, SpotifyOAuth, SpotifyPKCE):
        monkeypatch.setattr(manager, "OAUTH_TOKEN_URL", urls["token_url"])
    for manager in (SpotifyOAuth, SpotifyPKCE):
        monkeypatch.setattr(manager, "OAUTH_AUTHORIZE_URL", urls["authorize_url"])
    return urls


def client_credentials(spotify, secret=None):
    return SpotifyClientCredentials(
        spotify["client_id"], secret or spotify["client_secret"], cache_handler=MemoryCacheHandler()
    )


def code_grant(spotify, **more):
    return SpotifyOAuth(
        spotify["client_id"],
        spotify["client_secret"],
        spotify["redirect_uris"][0],
        scope=SCOPES,
        cache_handler=MemoryCacheHandler(),
        **more,
    )


def pkce_grant(spotify):
    return SpotifyPKCE(
        spotify["pkce_client_id"],
        spotify["redirect_uris"][0],
        scope=SCOPES,
        cache_handler=MemoryCacheHandler(),
    )


def api(spotify, **auth):
    """spotipy's API client without its retries: an unexpected 5xx is to be seen, not papered over."""
    client = spotipy.Spotify(retries=0, status_retries=0, requests_timeout=20, **auth)
    client.prefix = f"{spotify['base_url']}/v1/"
    return client


def test_client_credentials(spotify):
    manager = client_credentials(spotify)
    client = api(spotify, auth_manager=manager)

    assert client.artist(RADIOHEAD)["name"] == "Radiohead"

    token = manager.cache_handler.get_cached_token()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert "refresh_token" not in token and "scope" not in token


def test_a_wrong_secret_is_told_in_spotifys_words(spotify):
    with pytest.raises(spotipy.SpotifyOauthError) as refused:
        client_credentials(spotify, secret="0" * 32).get_access_token(as_dict=False)
    assert refused.value.error == "invalid_client"
    assert refused.value.error_description == "Invalid client secret"


def test_several_artists_come_in_the_order_asked(spotify):
    client = api(spotify, auth_manager=client_credentials(spotify))
    found = client.search("a", type="artist", limit=5)["artists"]["items"]
    ids = [artist["id"] for artist in reversed(found)]

    # spotipy puts a slash before the query: /v1/artists/?ids=…
    answer = client.artists([*ids, RADIOHEAD])

    assert [artist["id"] for artist in answer["artists"]] == [*ids, RADIOHEAD]


def test_search_is_paged_by_following_next(spotify):
    client = api(spotify, auth_manager=client_credentials(spotify))

    page = client.search("a", type="artist", limit=5)["artists"]
    total = page["total"]
    seen = [artist["id"] for artist in page["items"]]
    while page["next"]:
        assert page["next"].startswith(f"{spotify['base_url']}/v1/search?")
        assert len(seen) < total, "next leads past the last artist"
        page = client.next(page)["artists"]
        seen += [artist["id"] for artist in page["items"]]

    assert total > 10, "one letter finds more than one page"
    assert len(seen) == len(set(seen)) == total
    before = client.previous(page)["artists"]
    assert [artist["id"] for artist in before["items"]] == seen[before["offset"] : before["offset"] + 5]


def test_every_address_in_an_artist_resolves_here(spotify):
    client = api(spotify, auth_manager=client_credentials(spotify))
    artist = client.search("radiohead", type="artist", limit=1)["artists"]["items"][0]
    # spotipy takes an absolute address as it is.
    assert client._get(artist["href"])["id"] == artist["id"] == RADIOHEAD


def test_a_code_with_a_secret_then_refreshes(spotify):
    manager = code_grant(spotify, state="a state, with blanks & signs")

    location = sign_in(manager.get_authorize_url(), spotify["user"])
    assert location.startswith(spotify["redirect_uris"][0])
    state, code = manager.parse_auth_response_url(location)
    assert state == manager.state
    first = manager.get_access_token(code, check_cache=False)

    client = api(spotify, auth_manager=manager)
    assert client.me()["email"] == spotify["user"]["email"]

    renewed = manager.refresh_access_token(first["refresh_token"])
    assert renewed["access_token"] != first["access_token"]
    assert client.me()["email"] == spotify["user"]["email"]
    # spotipy keeps the refresh token it had where an answer brings none; either way the next refresh must work.
    assert manager.refresh_access_token(renewed["refresh_token"])["access_token"]


def test_a_code_works_once(spotify):
    manager = code_grant(spotify)
    _, code = manager.parse_auth_response_url(sign_in(manager.get_authorize_url(), spotify["user"]))
    manager.get_access_token(code, check_cache=False)

    with pytest.raises(spotipy.SpotifyOauthError) as refused:
        manager.get_access_token(code, check_cache=False)
    assert refused.value.error == "invalid_grant"
    assert refused.value.error_description == "Invalid authorization code"


def test_cancel_is_access_denied(spotify):
    manager = code_grant(spotify, state="kept")
    location = sign_in(manager.get_authorize_url(), spotify["user"], press="Cancel")

    assert "state=kept" in location
    with pytest.raises(spotipy.SpotifyOauthError) as refused:
        manager.parse_auth_response_url(location)
    assert refused.value.error == "access_denied"


def test_what_was_allowed_is_asked_again_only_with_show_dialog(spotify):
    """spotipy writes the parameter as `show_dialog=True`, with a capital."""
    sign_in(code_grant(spotify).get_authorize_url(), spotify["user"])

    at_once = sign_in(code_grant(spotify).get_authorize_url(), spotify["user"], press="Cancel")
    assert "code=" in at_once

    asked_again = code_grant(spotify, show_dialog=True).get_authorize_url()
    assert "error=access_denied" in sign_in(asked_again, spotify["user"], press="Cancel")


def test_pkce_without_a_secret_then_refreshes(spotify):
    manager = pkce_grant(spotify)

    code = manager.parse_response_code(sign_in(manager.get_authorize_url(), spotify["user"]))
    manager.get_access_token(code, check_cache=False)
    first = manager.cache_handler.get_cached_token()
    assert set(SCOPES.split(",")) <= set(first["scope"].split())

    client = api(spotify, auth_manager=manager)
    assert client.me()["email"] == spotify["user"]["email"]

    renewed = manager.refresh_access_token(first["refresh_token"])
    assert renewed["access_token"] != first["access_token"]
    assert client.me()["email"] == spotify["user"]["email"]
    assert manager.refresh_access_token(renewed["refresh_token"])["access_token"]


def test_pkce_with_another_verifier_is_refused(spotify):
    manager = pkce_grant(spotify)
    code = manager.parse_response_code(sign_in(manager.get_authorize_url(), spotify["user"]))
    manager.get_pkce_handshake_parameters()

    with pytest.raises(spotipy.SpotifyOauthError) as refused:
        manager.get_access_token(code, check_cache=False)
    assert refused.value.error == "invalid_grant"
    assert refused.value.error_description == "code_verifier was incorrect"


def test_an_unknown_token_is_refused_by_the_api(spotify):
    with pytest.raises(spotipy.SpotifyException) as refused:
        api(spotify, auth="BQ-not-a-token").artist(RADIOHEAD)
    assert refused.value.http_status == 401
    assert "Invalid access token" in refused.value.msg


def test_a_token_expires_after_an_hour(spotify, dev):
    token = client_credentials(spotify).get_access_token(as_dict=False)
    client = api(spotify, auth=token)
    assert client.artist(RADIOHEAD)["id"] == RADIOHEAD

    dev.advance(3601)

    with pytest.raises(spotipy.SpotifyException) as refused:
        client.artist(RADIOHEAD)
    assert refused.value.http_status == 401
    assert "The access token expired" in refused.value.msg


def test_an_unknown_artist_is_not_found(spotify):
    client = api(spotify, auth_manager=client_credentials(spotify))
    with pytest.raises(spotipy.SpotifyException) as refused:
        client.artist("0000000000000000000000")
    assert refused.value.http_status == 404

"""Authlib 1.9.9, unmodified, with all four providers: URLs and the way of client authentication are arguments."""

import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError

from browser import sign_in
from dev import RADIOHEAD


def session(provider, **more):
    return OAuth2Session(provider["client_id"], provider["client_secret"], default_timeout=20, **more)


def test_bandcamp(dev):
    bandcamp = dev.bandcamp
    client = session(bandcamp, token_endpoint_auth_method="client_secret_post")

    first = dict(client.fetch_token(bandcamp["token_url"], grant_type="client_credentials"))
    assert first["ok"] is True
    assert first["token_type"] == "bearer"

    renewed = client.refresh_token(bandcamp["token_url"])
    assert renewed["ok"] is True
    assert renewed["access_token"] != first["access_token"]

    answer = client.post(f"{bandcamp['base_url']}/api/account/1/my_bands")
    assert answer.status_code == 200
    assert answer.json()["bands"][0]["band_id"]


def test_bandcamp_allows_one_grant(dev):
    bandcamp = dev.bandcamp
    client = session(bandcamp, token_endpoint_auth_method="client_secret_post")
    client.fetch_token(bandcamp["token_url"], grant_type="client_credentials")

    with pytest.raises(OAuthError) as refused:
        client.fetch_token(bandcamp["token_url"], grant_type="client_credentials")
    assert refused.value.error == "duplicate_grant"
    assert refused.value.description == f"client {bandcamp['client_id']} has multiple active grants"


def test_bandcamp_gives_a_new_grant_once_the_hour_is_over(dev):
    bandcamp = dev.bandcamp
    client = session(bandcamp, token_endpoint_auth_method="client_secret_post")
    client.fetch_token(bandcamp["token_url"], grant_type="client_credentials")
    dev.advance(3601)
    assert client.fetch_token(bandcamp["token_url"], grant_type="client_credentials")["ok"] is True


def test_spotify_client_credentials(dev):
    spotify = dev.spotify
    client = session(spotify)
    token = client.fetch_token(spotify["token_url"], grant_type="client_credentials")
    assert token["expires_in"] == 3600

    answer = client.get(f"{spotify['base_url']}/v1/artists/{RADIOHEAD}")
    assert answer.json()["name"] == "Radiohead"


def test_spotify_code_with_a_secret(dev):
    spotify = dev.spotify
    client = session(spotify, scope="user-read-email", redirect_uri=spotify["redirect_uris"][0])

    url, state = client.create_authorization_url(spotify["authorize_url"])
    location = sign_in(url, spotify["user"])
    # Authlib compares the state itself.
    first = dict(client.fetch_token(spotify["token_url"], authorization_response=location, state=state))
    assert first["scope"] == "user-read-email"

    assert client.get(f"{spotify['base_url']}/v1/me").json()["email"] == spotify["user"]["email"]
    renewed = client.refresh_token(spotify["token_url"])
    assert renewed["access_token"] != first["access_token"]
    assert renewed["refresh_token"]


def test_spotify_pkce_without_a_secret(dev):
    spotify = dev.spotify
    client = OAuth2Session(
        spotify["pkce_client_id"],
        scope="user-read-private",
        redirect_uri=spotify["redirect_uris"][0],
        token_endpoint_auth_method="none",
        code_challenge_method="S256",
        default_timeout=20,
    )

    verifier = generate_token(48)
    url, state = client.create_authorization_url(spotify["authorize_url"], code_verifier=verifier)
    location = sign_in(url, spotify["user"])
    first = dict(
        client.fetch_token(
            spotify["token_url"], authorization_response=location, state=state, code_verifier=verifier
        )
    )

    assert client.get(f"{spotify['base_url']}/v1/me").status_code == 200
    assert client.refresh_token(spotify["token_url"])["access_token"] != first["access_token"]


def test_spotify_ads(dev):
    ads = dev.ads
    client = session(ads, scope="streaming", redirect_uri=ads["redirect_uris"][0])

    url, state = client.create_authorization_url(ads["authorize_url"])
    location = sign_in(url, ads["user"])
    first = dict(client.fetch_token(ads["token_url"], authorization_response=location, state=state))
    assert first["scope"] == ""
    assert first["token_type"] == "Bearer"

    accounts = f"{ads['base_url']}/ads-sandbox/v1/currentUser/adAccounts"
    assert client.get(accounts).status_code == 200
    renewed = client.refresh_token(ads["token_url"])
    assert renewed["access_token"] != first["access_token"]
    assert client.get(accounts).status_code == 200


def test_spotify_ads_refresh_token_does_not_expire(dev):
    ads = dev.ads
    client = session(ads, redirect_uri=ads["redirect_uris"][0])
    url, state = client.create_authorization_url(ads["authorize_url"])
    client.fetch_token(
        ads["token_url"], authorization_response=sign_in(url, ads["user"]), state=state
    )

    dev.advance(10 * 365 * 24 * 3600)

    assert client.refresh_token(ads["token_url"])["access_token"]


def test_spotify_refresh_token_ends_six_months_after_authorization(dev):
    spotify = dev.spotify
    client = session(spotify, redirect_uri=spotify["redirect_uris"][0])
    url, state = client.create_authorization_url(spotify["authorize_url"])
    client.fetch_token(
        spotify["token_url"], authorization_response=sign_in(url, spotify["user"]), state=state
    )

    dev.advance(170 * 24 * 3600)
    assert client.refresh_token(spotify["token_url"])["access_token"]

    # Refreshing does not extend it (Spotify, blog of 18 June 2026).
    dev.advance(20 * 24 * 3600)
    with pytest.raises(OAuthError) as refused:
        client.refresh_token(spotify["token_url"])
    assert refused.value.error == "invalid_grant"
    assert refused.value.description == "Refresh token revoked"


@pytest.mark.parametrize("by", ["id", "name"])
def test_soundcharts(dev, by):
    soundcharts = dev.soundcharts
    client = session(soundcharts)
    token = client.fetch_token(
        soundcharts["token_url"], grant_type="client_credentials", team_id=soundcharts["teams"][0][by]
    )
    assert token["token_type"] == "bearer"
    assert token["refresh_token"] is None
    assert 0 < token["expires_in"] <= 3600

    found = client.get(f"{soundcharts['base_url']}/api/v2/artist/search/radiohead").json()
    uuid = found["items"][0]["uuid"]
    answer = client.get(f"{soundcharts['base_url']}/api/v2/artist/{uuid}").json()
    assert answer["type"] == "artist"
    assert answer["object"]["name"] == "Radiohead"


def test_soundcharts_is_asked_again_by_itself_when_the_token_is_over(dev):
    """Authlib counts its own clock's seconds, so here the server's `expires_in` is overwritten, not waited for."""
    soundcharts = dev.soundcharts
    client = session(soundcharts, token_endpoint=soundcharts["token_url"])
    first = dict(client.fetch_token())
    dev.advance(3601)
    client.token = first | {"expires_at": 1}

    answer = client.get(f"{soundcharts['base_url']}/api/v2/artist/search/radiohead")

    assert answer.status_code == 200
    assert client.token["access_token"] != first["access_token"]

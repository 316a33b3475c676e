"""requests-oauthlib 2.0.0 with oauthlib, unmodified. It takes plain http only when the environment says so."""

import pytest
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from browser import sign_in
from dev import RADIOHEAD


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def test_bandcamp_with_credentials_in_the_form(dev):
    bandcamp = dev.bandcamp
    client = OAuth2Session(client=BackendApplicationClient(client_id=bandcamp["client_id"]))
    fetch = {"client_secret": bandcamp["client_secret"], "include_client_id": True, "timeout": 20}

    token = client.fetch_token(bandcamp["token_url"], **fetch)
    assert token["ok"] is True

    answer = client.post(f"{bandcamp['base_url']}/api/account/1/my_bands", timeout=20)
    assert answer.json()["bands"]

    with pytest.raises(OAuth2Error) as refused:
        client.fetch_token(bandcamp["token_url"], **fetch)
    assert refused.value.error == "duplicate_grant"


def test_spotify_client_credentials(dev):
    spotify = dev.spotify
    client = OAuth2Session(client=BackendApplicationClient(client_id=spotify["client_id"]))
    client.fetch_token(spotify["token_url"], client_secret=spotify["client_secret"], timeout=20)

    answer = client.get(f"{spotify['base_url']}/v1/artists/{RADIOHEAD}", timeout=20)
    assert answer.json()["name"] == "Radiohead"


def test_spotify_pkce(dev):
    spotify = dev.spotify
    client = OAuth2Session(
        spotify["pkce_client_id"],
        scope=["user-read-email"],
        redirect_uri=spotify["redirect_uris"][0],
        pkce="S256",
    )
    url, _ = client.authorization_url(spotify["authorize_url"])
    # A changed scope in the answer would be raised as an error here.
    client.fetch_token(
        spotify["token_url"],
        authorization_response=sign_in(url, spotify["user"]),
        include_client_id=True,
        timeout=20,
    )
    assert client.get(f"{spotify['base_url']}/v1/me", timeout=20).status_code == 200


def test_spotify_ads_answers_an_empty_scope(dev, monkeypatch):
    """The guide prints `"scope": ""` where `streaming` was asked; oauthlib takes that only with this switch of its."""
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    ads = dev.ads
    client = OAuth2Session(ads["client_id"], scope=["streaming"], redirect_uri=ads["redirect_uris"][0])
    url, _ = client.authorization_url(ads["authorize_url"])
    first = client.fetch_token(
        ads["token_url"],
        authorization_response=sign_in(url, ads["user"]),
        client_secret=ads["client_secret"],
        timeout=20,
    )
    assert first["refresh_token"]

    renewed = client.refresh_token(
        ads["token_url"], auth=(ads["client_id"], ads["client_secret"]), timeout=20
    )
    assert renewed["access_token"] != first["access_token"]

"""The provider's own SDK, soundcharts 1.3.3, unmodified: `base_url` and `auth_url` are arguments."""

import aiohttp
import pytest
from soundcharts import api_util
from soundcharts.client import SoundchartsClient


@pytest.fixture
def soundcharts(dev, monkeypatch):
    """The SDK keeps its token in its module, and a new client does not clear it: here each test has its own."""
    monkeypatch.setattr(api_util, "ACCESS_TOKEN", None)
    monkeypatch.setattr(api_util, "TOKEN_EXPIRES_AT", 0.0)
    return dev.soundcharts


def client(soundcharts, **credentials):
    """Without its retries: each of them sleeps ten seconds."""
    return SoundchartsClient(
        base_url=soundcharts["base_url"],
        auth_url=soundcharts["token_url"].removesuffix("/oauth/token"),
        max_retries=0,
        retry_delay=0,
        timeout=20,
        **credentials,
    )


def credentials_of(soundcharts, **changed):
    own = {key: soundcharts[key] for key in ("client_id", "client_secret")}
    return own | changed


def search(sdk, term="radiohead"):
    return sdk.search.search_artist_by_name(term)


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_token_for_a_team(soundcharts, by):
    sdk = client(soundcharts, **credentials_of(soundcharts, team_id=soundcharts["teams"][0][by]))
    assert search(sdk)["items"][0]["name"] == "Radiohead"


def test_a_token_without_naming_a_team(soundcharts):
    """The only team of the client is meant."""
    assert search(client(soundcharts, **credentials_of(soundcharts)))["items"]


def test_artist_metadata(soundcharts):
    sdk = client(soundcharts, **credentials_of(soundcharts))
    uuid = search(sdk)["items"][0]["uuid"]

    answer = sdk.artist.get_artist_metadata(uuid)

    assert answer["type"] == "artist"
    assert answer["object"]["uuid"] == uuid
    assert answer["object"]["name"] == "Radiohead"
    assert answer["errors"] == []


def test_every_answer_tells_what_is_left_of_the_quota(soundcharts):
    sdk = client(soundcharts, **credentials_of(soundcharts))
    assert isinstance(search(sdk)["quota_remaining"], int)


def test_a_term_with_blanks_and_accents(soundcharts):
    sdk = client(soundcharts, **credentials_of(soundcharts))
    answer = search(sdk, "rádio head")
    assert answer["errors"] == []
    assert answer["page"]["total"] == 0 or answer["items"]


def test_an_unknown_artist_is_none(soundcharts):
    sdk = client(soundcharts, **credentials_of(soundcharts))
    assert not sdk.artist.get_artist_metadata("00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    "status, changed",
    [
        (401, {"client_secret": "not-the-secret"}),
        (401, {"client_id": "not-a-client"}),
        (403, {"team_id": "{foreign_team_id}"}),
    ],
)
def test_the_token_endpoint_refuses(soundcharts, status, changed):
    changed = {name: value.format_map(soundcharts) for name, value in changed.items()}
    sdk = client(soundcharts, **credentials_of(soundcharts, **changed))
    with pytest.raises(aiohttp.ClientResponseError) as refused:
        search(sdk)
    assert refused.value.status == status


def test_legacy_keys_still_work(soundcharts):
    sdk = client(soundcharts, **soundcharts["legacy"])
    assert search(sdk)["items"][0]["name"] == "Radiohead"


def test_a_wrong_legacy_key_is_refused(soundcharts):
    sdk = client(soundcharts, app_id=soundcharts["legacy"]["app_id"], api_key="not-the-key")
    with pytest.raises(RuntimeError, match="^401 Error"):
        search(sdk)

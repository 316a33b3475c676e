"""What four documents print works here: every curl line, every status, every member of every printed answer."""

import base64
import json
import re

import pytest

from compare import differences
from lines import LINES, REASONS, amended, of_kind
from live import Live
from shell import reply_to


@pytest.fixture
def live(dev):
    return Live(dev)


@pytest.mark.parametrize("line", of_kind("curl"), ids=lambda line: f"{line.document}: {line.section}: {line.name}")
def test_line(live, line):
    if line.after:
        reply_to(live.line(line.after))
    command = live.line(line.name)

    reply = reply_to(command)
    for _ in range(line.at_most - 1):
        if reply.status == line.answer.status:
            break
        reply = reply_to(command)

    assert reply.status == line.answer.status, reply.text
    for name, pattern in (line.answer.headers or {}).items():
        assert re.fullmatch(pattern, reply.headers.get(name, "")), (name, reply.headers)
    if line.answer.body:
        printed = json.loads(amended(line.answer.body, line.answer.amend, live.value))
        assert not differences(printed, reply.json(), line.answer.sample, line.answer.range)
        assert reply.headers["content-type"].partition(";")[0] == "application/json"


def test_bandcamp_client_29_is_the_printed_one(dev):
    """So its lines need no amendment for credentials, and its secret is the text with the percent signs."""
    printed = LINES["bandcamp-initial-access"].printed
    assert f"'client_id={dev.bandcamp['client_id']}'" in printed
    assert f"'client_secret={dev.bandcamp['client_secret']}'" in printed


def test_bandcamp_header_opens_the_api(live, dev):
    """Bandcamp API, "calling the api" prints no curl line, only the header."""
    header = live.line("bandcamp-calling-the-api")
    reply = reply_to(f"curl --request POST '{dev.bandcamp['base_url']}/api/account/1/my_bands' --header '{header}'")
    assert reply.status == 200
    assert reply.json()["bands"]


def test_ads_callback_is_registered(live, dev):
    """Ad Studio guide, "Set up", step 2: the callback is printed without its colon."""
    assert live.line("ads-callback") in dev.ads["redirect_uris"]


def test_ads_authorize_url_leads_to_a_code(live):
    """Ad Studio guide, "Authenticate", steps 1 to 3: the code is read from the address the browser ends at."""
    assert live.ads_callback.startswith("http://localhost:8888/callback?code=")
    assert live.ads_code


def test_ads_code_is_valid_for_ten_minutes(live, dev):
    """Ad Studio guide, "Authenticate", step 3: "The access code is valid for 10 minutes"."""
    command = live.line("ads-code")
    dev.advance(601)
    reply = reply_to(command)
    assert reply.status == 400
    assert reply.json()["error"] == "invalid_grant"


def test_ads_base64_step_gives_what_basic_needs(live, dev):
    """Ad Studio guide, "Authenticate", step 4; the two lines that base64 makes of it become one."""
    pair = f"{dev.ads['client_id']}:{dev.ads['client_secret']}"
    assert base64.b64decode(live.ads_basic, validate=True).decode() == pair


def test_every_line_is_run_and_every_reason_used():
    by_name = {"header", "setting", "url", "shell"}
    assert {line.kind for line in LINES.values()} == by_name | {"curl"}
    assert all(line.answer for line in of_kind("curl"))
    answers = [line.answer for line in LINES.values() if line.answer]
    used = {one.why for part in [*LINES.values(), *answers] for one in part.amend}
    assert used == REASONS.keys()

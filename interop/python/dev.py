"""The line that `stagedoor dev --json` prints when it is ready, and the two levers that only `dev` has."""

import json
import os

import requests

TIMEOUT_SECONDS = 20
# The artist whose record the Web API's first tutorial prints; the sandbox's catalogue holds it.
RADIOHEAD = "4Z8W4fKeB5YxbusRsdQVPb"


class Dev:
    """URLs and credentials of the four APIs, as the line gives them."""

    def __init__(self, line):
        self.url = line["url"]
        self.apis = line["apis"]
        self.bandcamp = self.apis["bandcamp"]
        self.spotify = self.apis["spotify"]
        self.ads = self.apis["spotify-ads"]
        self.soundcharts = self.apis["soundcharts"]

    @classmethod
    def from_environment(cls):
        """`interop/run` starts the server and hands its line on in STAGEDOOR_DEV."""
        return cls(json.loads(os.environ["STAGEDOOR_DEV"]))

    def reset(self):
        requests.post(f"{self.url}/_dev/reset", timeout=TIMEOUT_SECONDS).raise_for_status()

    def advance(self, seconds):
        """Moves the whole server's time; the reset before the next test moves it back."""
        move = {"advance_seconds": seconds}
        requests.post(f"{self.url}/_dev/clock", json=move, timeout=TIMEOUT_SECONDS).raise_for_status()

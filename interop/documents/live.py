"""The live values behind the documents' placeholders, won as the documents say: by running their earlier lines."""

from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from browser import sign_in
from lines import LINES, amended
from shell import output_of, reply_to


class Live:
    """One reader who works through the documents; what has been won once is kept, as a reader keeps it."""

    def __init__(self, dev):
        self._dev = dev

    def line(self, name):
        """The named line as it has to be typed here."""
        line = LINES[name]
        return amended(line.printed, line.amend, self.value)

    def value(self, path):
        """`live.NAME`, or a path into the APIs of the server's own line, such as `spotify.token_url`."""
        first, *rest = path.split(".")
        value = getattr(self, rest.pop(0)) if first == "live" else self._dev.apis[first]
        for step in rest:
            value = value[step]
        return value

    def _answer_to(self, name):
        reply = reply_to(self.line(name))
        assert reply.status == 200, reply.text
        return reply.json()

    @cached_property
    def _bandcamp(self):
        return self._answer_to("bandcamp-initial-access")

    @property
    def bandcamp_access_token(self):
        return self._bandcamp["access_token"]

    @property
    def bandcamp_refresh_token_unpadded(self):
        return self._bandcamp["refresh_token"].rstrip("=")

    @property
    def ads_authorize_url(self):
        return self._dev.ads["authorize_url"].rstrip("/")

    @cached_property
    def ads_callback(self):
        """Where the browser ends: "Clicking Login returns a 404 error, but that's ok", nobody listens there."""
        return sign_in(self.line("ads-authorize"), self._dev.ads["user"])

    @property
    def ads_code(self):
        """The parameter that the guide has its reader look for in the address bar."""
        return parse_qs(urlsplit(self.ads_callback).query)["code"][0]

    @property
    def ads_basic(self):
        return output_of(self.line("ads-base64")).replace("\n", "")

    @cached_property
    def _ads(self):
        return self._answer_to("ads-code")

    @property
    def ads_access_token(self):
        return self._ads["access_token"]

    @property
    def ads_refresh_token(self):
        return self._ads["refresh_token"]

    @cached_property
    def spotify_access_token(self):
        return self._answer_to("spotify-token")["access_token"]

    @property
    def soundcharts_team_id(self):
        return self._dev.soundcharts["teams"][0]["id"]

    @property
    def soundcharts_team_name(self):
        return self._dev.soundcharts["teams"][0]["name"]

    @cached_property
    def soundcharts_access_token(self):
        return self._answer_to("soundcharts-token-for-a-team-by-id")["access_token"]

    @cached_property
    def soundcharts_artist_uuid(self):
        """The document does not say whence the {uuid}; the provider's search tells it."""
        search = f"{self._dev.soundcharts['base_url']}/api/v2/artist/search/radiohead"
        reply = reply_to(f"curl '{search}' -H 'Authorization: Bearer {self.soundcharts_access_token}'")
        return reply.json()["items"][0]["uuid"]

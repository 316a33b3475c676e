"""A person at a browser, played by curl with a cookie jar: opens an authorize URL, signs in, presses a button.

It knows no more of the pages than a person sees: fields for e-mail and password, and what stands on the buttons.
Hidden fields go back as they came. No redirect is followed unseen.
"""

import subprocess
import tempfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

MOST_STEPS = 8


def sign_in(authorize_url, user, press="Allow"):
    """The address the browser is sent to once `user` has signed in and pressed "Allow" (or "Cancel")."""
    with tempfile.NamedTemporaryFile(prefix="cookies-") as jar:
        page = _fetch(jar.name, authorize_url)
        for _ in range(MOST_STEPS):
            if page.location and _origin(page.location) != _origin(authorize_url):
                return page.location
            if page.location:
                page = _fetch(jar.name, page.location)
            else:
                page = _submit(jar.name, page, user, press)
    raise AssertionError(f"still on the server's pages after {MOST_STEPS} steps: {page.url}")


@dataclass
class Page:
    url: str
    status: int
    location: str | None
    html: str


@dataclass
class Form:
    action: str
    fields: dict = field(default_factory=dict)
    buttons: dict = field(default_factory=dict)


def _submit(jar, page, user, press):
    assert page.status == 200, f"{page.url} answered {page.status}:\n{page.html}"
    forms = read_forms(page.html)
    for form in forms:
        if "Sign in" in form.buttons and {"email", "password"} <= form.fields.keys():
            filled = form.fields | {"email": user["email"], "password": user["password"]}
            return _post(jar, page, form, filled, "Sign in")
    for form in forms:
        if press in form.buttons:
            return _post(jar, page, form, form.fields, press)
    raise AssertionError(f"{page.url} has neither a sign-in form nor a button {press!r}:\n{page.html}")


def _post(jar, page, form, fields, press):
    name = form.buttons[press]
    return _fetch(jar, urljoin(page.url, form.action), fields | dict([name] if name else []))


def _fetch(jar, url, fields=None):
    command = ["curl", "--silent", "--show-error", "--max-time", "20", "--cookie", jar, "--cookie-jar", jar]
    command += ["--write-out", "\n%{http_code} %header{location}", url]
    if fields is not None:
        # A browser names the page's origin with every form it sends.
        command += ["--header", f"Origin: {_origin(url)}"]
        # Without any field it is still a POST.
        pairs = [f"{name}={value}" for name, value in fields.items()] or [""]
        for pair in pairs:
            command += ["--data-urlencode", pair]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    html, _, last = output.rpartition("\n")
    status, _, location = last.partition(" ")
    return Page(url, int(status), urljoin(url, location) if location else None, html)


def _origin(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def read_forms(html):
    """The page's POST forms: where they go, the fields as the page filled them, and their buttons by inscription."""
    reader = _FormReader()
    reader.feed(html)
    return reader.forms


class _FormReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self._open = None
        self._button = None

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag == "form" and (of.get("method") or "").lower() == "post":
            self._open = Form(action=of.get("action") or "")
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and of.get("type") == "submit":
            self._open.buttons[of.get("value") or ""] = _name_of(of)
        elif tag == "input" and of.get("name") and (of.get("type") != "checkbox" or "checked" in of):
            self._open.fields[of["name"]] = of.get("value") or ""
        elif tag == "button":
            self._button = (_name_of(of), [])

    def handle_data(self, data):
        if self._button:
            self._button[1].append(data)

    def handle_endtag(self, tag):
        if tag == "button" and self._button and self._open:
            name, text = self._button
            self._open.buttons["".join(text).strip()] = name
        if tag == "button":
            self._button = None
        elif tag == "form":
            self._open = None


def _name_of(attributes):
    name = attributes.get("name")
    return (name, attributes.get("value") or "") if name else None

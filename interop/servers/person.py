"""A person at a browser, played over HTTP with cookies: opens an address, signs in, presses a button.

Beside `browser.py`, which is for Stagedoor's own pages, this one also ends on a page that leads nowhere: the last of a
device sign-in.
"""

from urllib.parse import urljoin, urlsplit

import requests

from browser import read_forms

MOST_STEPS = 15
TIMEOUT_SECONDS = 20


def visit(address, user, press="Allow"):
    """Where the browser is sent to at last: an address of another origin, or None on a page with nothing left to do."""
    with requests.Session() as browser:
        answer = browser.get(address, allow_redirects=False, timeout=TIMEOUT_SECONDS)
        for _ in range(MOST_STEPS):
            if answer.is_redirect:
                onward = urljoin(answer.url, answer.headers["location"])
                if origin(onward) != origin(address):
                    return onward
                answer = browser.get(onward, allow_redirects=False, timeout=TIMEOUT_SECONDS)
                continue
            assert answer.status_code == 200, f"{answer.url} answered {answer.status_code}:\n{answer.text}"
            forms = read_forms(answer.text)
            if not forms or asks_for_what_nobody_knows(forms[0], user):
                return None
            answer = submit(browser, answer, forms[0], user, press)
    raise AssertionError(f"still on the server's pages after {MOST_STEPS} steps: {answer.url}")


def submit(browser, page, form, user, press):
    fields = {name: user.get(name, value) for name, value in form.fields.items()}
    pressed = form.buttons.get(press)
    if pressed:
        fields |= dict([pressed])
    elif not form.buttons.keys() & {press, "Sign in", "Continue"}:
        raise AssertionError(f"{page.url} has no button to press:\n{page.text}")
    to = urljoin(page.url, form.action)
    return browser.post(to, data=fields, allow_redirects=False, timeout=TIMEOUT_SECONDS)


def asks_for_what_nobody_knows(form, user):
    """Such as the code of another device, once this one was refused."""
    return any(value == "" and name not in user for name, value in form.fields.items())


def origin(address):
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"

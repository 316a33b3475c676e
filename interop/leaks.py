"""What `stagedoor dev` logged, searched for what opens a door: the secrets it announced, and anything shaped like its tokens.

    leaks.py LOG        with the line that `dev --json` printed in STAGEDOOR_DEV
"""

import base64
import json
import os
import re
import sys
from urllib.parse import quote

# A prefix says what it is; a JWT begins with `{"`.
TOKEN = re.compile(r"\bsd[a-z]_[A-Za-z0-9_-]{16,}|\beyJ[A-Za-z0-9_-]{16,}")


def announced(value):
    """Every secret in the line, as it is, as a form spells it and as Basic does."""
    if not isinstance(value, dict):
        return
    for name, member in value.items():
        yield from announced(member)
        if name in ("password", "credential") or name.endswith("secret"):
            yield name, member
            yield name, quote(member, safe="")
        if name.endswith("client_secret"):
            pair = f"{value[name.removesuffix('secret') + 'id']}:{member}"
            yield name, base64.b64encode(pair.encode()).decode()


def found(log, line):
    names = {name for name, secret in announced(line) if secret in log}
    return names | {f"{token[:4]}…" for token in TOKEN.findall(log)}


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        log = file.read()
    line = json.loads(os.environ["STAGEDOOR_DEV"])
    # It would find one that was there.
    planted = next(secret for _, secret in announced(line))
    assert found(planted, line) and found("x=sda_0123456789abcdef", {}), "the search finds nothing"
    if "refused" not in log:
        sys.exit(f"{sys.argv[1]} says nothing of refusals: is it the log of a whole suite at level trace?")
    if leaked := found(log, line):
        sys.exit(f"{sys.argv[1]} holds {', '.join(sorted(leaked))}")


main()

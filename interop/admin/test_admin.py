"""The admin API as its own document says: schemathesis makes calls of all kinds from it, good and bad ones, the same each time.

No answer may be a 5xx, or have a status, header, type or body that the document does not know. Who is let in is tested with
the server; here too many strangers would be told 429.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
]


def test_answers_are_documented(tmp_path):
    admin = json.loads(os.environ["STAGEDOOR_DEV"])["admin"]
    command = [
        SCHEMATHESIS,
        "run",
        f"{admin['url']}openapi.json",
        f"--header=Authorization: Bearer {admin['credential']}",
        f"--checks={','.join(CHECKS)}",
        "--phases=coverage,fuzzing",
        "--max-examples=15",
        "--generation-deterministic",
        # How many of its own examples it throws away, or how fast it makes them, is no fault of the server.
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--warnings=off",
        "--no-color",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: " in done.stdout, done.stdout

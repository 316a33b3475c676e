"""Every test has servers and a vault of its own."""

import pytest

from command_line import CommandLine
from foreign import Server


@pytest.fixture
def start(tmp_path):
    """Starts a server of a kind; the environment may shorten its tokens' lives."""
    running = []

    def start(kind, **environment):
        running.append(Server(kind, tmp_path / f"server-{len(running)}.stderr", environment))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def stagedoor(tmp_path):
    line = CommandLine(tmp_path)
    yield line
    line.check_vault()

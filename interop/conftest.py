"""Every test gets the running server as `dev`, and gets it fresh."""

import pytest

from dev import Dev


@pytest.fixture(scope="session")
def _running():
    return Dev.from_environment()


@pytest.fixture
def dev(_running):
    """The server with nothing issued, no limit used up and its clock at now, so that no test depends on another."""
    _running.reset()
    return _running

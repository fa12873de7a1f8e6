"""Fixtures of launches, for what comes after them."""

from typing import Any

import pytest

from lti_tool.platforms.tool_keys import ensure_tool_keys
from tests.launch.conftest import key_server, platform

__all__ = ["key_server", "platform"]


@pytest.fixture(autouse=True)
def keys(sessions: Any) -> None:
    with sessions() as session, session.begin():
        ensure_tool_keys(session)

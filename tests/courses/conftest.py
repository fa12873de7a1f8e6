"""Copied courses at a platform whose claims a test can bend."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.courses.copied import CopyingPlatform
from tests.launch.conftest import key_server, platform
from tests.launch.platform import Platform

__all__ = ["key_server", "platform"]


@pytest.fixture
def copying(platform: Platform, sessions: sessionmaker[Session]) -> CopyingPlatform:
    return CopyingPlatform(platform, sessions)

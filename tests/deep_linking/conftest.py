"""Fixtures of launches, for what comes after them."""

from tests.launch.conftest import key_server, platform

__all__ = ["key_server", "platform"]

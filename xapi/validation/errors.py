"""The one exception of the validator, and the paths that it names."""

import json
import re
from functools import lru_cache

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_SHOWN_NAME = 80


class InvalidStatement(ValueError):  # noqa: N818 - it is named for what the sender reads
    """A statement that breaks the specification: `path` like `$.actor.mbox`, `reason` in plain English."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def child(path: str, key: object) -> str:
    """The path of a property or list item below `path`; long names are cut, odd ones quoted."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not isinstance(key, str):
        return f"{path}[?]"
    return _named(path, key) if len(key) <= _SHOWN_NAME else _quoted(path, key)


# Most paths are asked for with each statement, and few are ever shown.
@lru_cache(maxsize=2_000)
def _named(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN_NAME(key) else _quoted(path, key)


def _quoted(path: str, key: str) -> str:
    return f"{path}[{json.dumps(key[:_SHOWN_NAME])}]"

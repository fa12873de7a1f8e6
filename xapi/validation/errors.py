"""The one exception of the validator, and the paths that it names."""

import json
import re

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
    if _PLAIN_NAME(key) and len(key) <= _SHOWN_NAME:
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key[:_SHOWN_NAME])}]"

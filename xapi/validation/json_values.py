"""What must hold for every value of a statement, whatever it means: that it is JSON, and not too deep."""

from collections.abc import Iterable
from math import isfinite
from typing import Any, TypeAlias

from xapi.validation.errors import InvalidStatement, child

# Deeper than any real statement, and far from where Python's own JSON writer gives up.
MAX_DEPTH = 100

# A value's place as (place of its container, key): a path is spelled out only when something is wrong.
_Place: TypeAlias = "tuple[_Place | None, object] | None"


def check_json(value: object) -> None:
    """InvalidStatement unless `value` is JSON: finite numbers, Unicode text, at most `MAX_DEPTH` deep.

    Goes level by level instead of recursing, so that hostile nesting cannot exhaust the stack. RFC 8259 has
    no NaN or infinity, and xAPI is UTF-8, which cannot spell a lone surrogate (xAPI 1.0.3, About 3.0).
    """
    if _is_plain(value):
        return
    level: list[tuple[Any, _Place]] = [([value], None)]
    for _ in range(MAX_DEPTH + 1):
        level = _next_level(level)
        if not level:
            return
    raise InvalidStatement("$", f"is nested more than {MAX_DEPTH} levels deep")


def _is_plain(value: object) -> bool:  # one loop: calls take longer than what they check
    """Whether `value` is JSON, without saying what is not: nearly all are, and need no places."""
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[Any] = []
        for container in level:
            items = container
            if type(container) is dict:
                items = container.values()
                for name in container:
                    if type(name) is not str or not (name.isascii() or _is_unicode(name)):
                        return False
            for item in items:
                kind = type(item)
                if kind is dict or kind is list:
                    deeper.append(item)
                elif not (kind is str and item.isascii()) and not _is_scalar(item):
                    return False
        if not deeper:
            return True
        level = deeper
    return False


def _next_level(level: list[tuple[Any, _Place]]) -> list[tuple[Any, _Place]]:
    deeper: list[tuple[Any, _Place]] = []
    for container, place in level:
        items: Iterable[tuple[object, object]] = enumerate(container)
        if isinstance(container, dict):
            _check_names(container, place)
            items = container.items()
        for key, item in items:
            if isinstance(item, dict | list):
                deeper.append((item, (place, key)))
            elif not _is_scalar(item):
                raise InvalidStatement(
                    _spell((place, key)), "is not a JSON value (a finite number, well-formed text, ...)"
                )
    return deeper


def _check_names(container: dict[Any, Any], place: _Place) -> None:
    for key in container:
        if not isinstance(key, str) or not (key.isascii() or _is_unicode(key)):
            raise InvalidStatement(_spell((place, key)), "has a name that is not well-formed text")


def _is_scalar(item: object) -> bool:
    if isinstance(item, str):
        return item.isascii() or _is_unicode(item)
    if isinstance(item, float):
        return isfinite(item)
    return item is None or isinstance(item, int)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _spell(place: _Place) -> str:
    keys = []
    while place is not None:
        place, key = place
        keys.append(key)
    # The last key is the index in the list that `check_json` wraps around the whole.
    path = "$"
    for key in reversed(keys[:-1]):
        path = child(path, key)
    return path

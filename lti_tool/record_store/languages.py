"""One language of each language map, chosen by Accept-Language (Communication 2.1.3, canonical format)."""

from collections.abc import Callable, Iterable

AcceptedLanguages = Iterable[tuple[str, float]]
"""Language ranges and their quality, as a request gives them."""


def pick_language(texts: dict[str, str], accepted: AcceptedLanguages) -> dict[str, str]:
    """The one entry that suits best; where nothing suits, the first.

    A range `en` takes `en-GB` too (RFC 2616, 14.4). Where that finds nothing, `en-US` takes any English
    rather than another language.
    """
    ranges = [(wanted.lower(), quality) for wanted, quality in accepted]
    for is_match in (_is_prefix, _is_same_language):
        rated = {tag: _quality(tag.lower(), ranges, is_match) for tag in texts}
        best = max(rated, key=rated.__getitem__, default=None)  # the first of equals
        if best is not None and rated[best] > 0:
            return {best: texts[best]}
    return dict(list(texts.items())[:1])


def _quality(tag: str, ranges: AcceptedLanguages, is_match: Callable[[str, str], bool]) -> float:
    """What the longest range that matches gives; * is the shortest."""
    found = [
        (0 if wanted == "*" else len(wanted), quality) for wanted, quality in ranges if is_match(wanted, tag)
    ]
    return max(found, default=(0, 0.0))[1]


def _is_prefix(wanted: str, tag: str) -> bool:
    return wanted == "*" or f"{tag}-".startswith(f"{wanted}-")


def _is_same_language(wanted: str, tag: str) -> bool:
    return wanted.split("-", maxsplit=1)[0] == tag.split("-", maxsplit=1)[0]

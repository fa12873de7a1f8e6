"""Pages of a service's answer. The cursor is opaque and case-sensitive, as those of real platforms are."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from lti_tool.demo.lms.checks import bad

T = TypeVar("T")

MOST_ON_A_PAGE = 100
LONGEST_LIMIT = 6  # digits; int() refuses to read thousands of them


def page_of(rows: Sequence[T], url: str, args: MultiDict[str, str]) -> tuple[Sequence[T], dict[str, str]]:
    """The page that the query asks for, and the Link header to the next one where there is one."""
    limit = _limit(args.get("limit"))
    start = _read_cursor(args.get("page"))
    end = start + limit
    if end >= len(rows):
        return rows[start:end], {}
    query = [(name, value) for name, value in args.items(multi=True) if name != "page"]
    following = f"{url}?{urlencode([*query, ('page', _cursor(end))])}"
    return rows[start:end], {"Link": f'<{following}>; rel="next"'}


def _limit(given: str | None) -> int:
    if given is None:
        return MOST_ON_A_PAGE
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_LIMIT and int(given) > 0):
        raise bad("limit must be a positive whole number")
    return min(int(given), MOST_ON_A_PAGE)


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"After:{start}".encode()).rstrip(b"=").decode()


def _read_cursor(given: str | None) -> int:
    if given is None:
        return 0
    try:
        decoded = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode()
        start = int(decoded.removeprefix("After:")[:LONGEST_LIMIT])
    except (binascii.Error, ValueError) as error:
        raise bad("page is not a cursor of ours") from error
    if start < 0 or _cursor(start) != given:
        raise bad("page is not a cursor of ours")
    return start

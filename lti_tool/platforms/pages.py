"""Reading a service's list page after page: to its end, or not at all."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lti_tool.platforms.errors import ServiceRefusedError
from lti_tool.platforms.service_client import ServiceClient

_MOST_PAGES = 5000
_LONGEST = 600.0
"""Seconds; a platform that takes 8 s for each page would keep a worker for half a day."""


def read_pages(
    client: ServiceClient,
    url: str,
    *,
    scopes: Sequence[str],
    accept: str,
    query: Mapping[str, str] | None = None,
) -> Iterator[Any]:
    """The documents of all pages, in their order.

    Raises what the client raises, and ServiceRefusedError for pages without end. Whoever gets an error
    knows a part of the list, and must not take it for the whole.
    """
    seen: set[str] = set()
    ends = time.monotonic() + _LONGEST
    following: str | None = url
    while following is not None:
        answer = client.request("GET", following, scopes=scopes, accept=accept, query=query)
        query = None  # what follows has it in its address, as the platform wrote it
        yield answer.body
        seen.add(following)
        following = answer.next_url
        if following in seen:
            raise ServiceRefusedError(None, "pages_repeat")
        if following is not None and (len(seen) >= _MOST_PAGES or time.monotonic() > ends):
            raise ServiceRefusedError(None, "pages_without_end")

"""Reading what services answer: which statuses mean later or never, how long to wait; the next page."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from lti_tool.core import clock
from lti_tool.core.outbound import Answer
from lti_tool.platforms.errors import ServiceRefusedError, ServiceUnavailableError

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_LONGEST_WAIT = 24 * 3600.0
_LONGEST_LINK = 16 * 1024
_DIGITS = 9
_PORTS = {"https": 443, "http": 80}
_NAME = r"[!#$%&'*+.^_`|~\w-]+"
_VALUE = r'(?:"(?:[^"\\]|\\.)*"|[^\s",;]*)'
_LINK = re.compile(rf"<([^<>]*)>((?:\s*;\s*{_NAME}(?:\s*=\s*{_VALUE})?)*)")
_PARAMETER = re.compile(rf";\s*({_NAME})\s*=\s*({_VALUE})")


def check_status(answer: Answer) -> None:
    """Let 2xx through. Raises ServiceUnavailableError or ServiceRefusedError for every other status."""
    if answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServiceUnavailableError(
            f"answered_{answer.status}", retry_after=retry_after(answer.headers.get("Retry-After"))
        )
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise ServiceRefusedError(answer.status, f"answered_{answer.status}")


def retry_after(given: str | None) -> float | None:
    """Seconds to wait, from seconds or a date (RFC 9110 section 10.2.3); None for neither."""
    text = (given or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:_DIGITS]), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - clock.now()).total_seconds(), 0.0), _LONGEST_WAIT)


def next_page(url: str, headers: Mapping[str, str]) -> str | None:
    """The address of the page after the one at `url`, exactly as the platform wrote it (RFC 8288).

    It may be relative, and stand in any of several Link headers. Raises ServiceRefusedError where it leads
    to another origin: whoever follows it sends the platform's token along.
    """
    # Several headers of one name come joined by a comma, which between links means the same.
    links = headers.get("Link", "")
    if len(links) > _LONGEST_LINK:
        raise ServiceUnavailableError("link_header_too_long")
    for target, parameters in _LINK.findall(links):
        if not _is_next(parameters):
            continue
        try:
            following: str = urljoin(url, target)
            elsewhere = _origin(following) != _origin(url)
        except ValueError:
            elsewhere = True
        if elsewhere:
            raise ServiceRefusedError(None, "next_page_elsewhere")
        return following
    return None


def _is_next(parameters: str) -> bool:
    relations = [value for name, value in _PARAMETER.findall(parameters) if name.lower() == "rel"]
    return bool(relations) and "next" in relations[0].strip('"').lower().split()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port (RFC 6454 section 4)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)

"""Signed addresses: a download for a tab that has no cookie, good for a minute. They carry no secret."""

import hmac
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlencode

from flask import current_app, request

from lti_tool.core import clock
from lti_tool.core.secrets import derive_key
from lti_tool.settings import Settings

LIFE = timedelta(seconds=60)
_UNTIL, _SIGNATURE = "until", "signature"
_DIGITS = 10


def signed_address() -> str:
    """This request's own address, to be opened within a minute. The launch's id is part of its path."""
    until = str(int((clock.now() + LIFE).timestamp()))
    query = urlencode([*_others(), (_UNTIL, until), (_SIGNATURE, _signature(until))])
    return f"{request.path}?{query}"


def is_signed() -> bool:
    """Whether this request's address was signed by us, as it stands, not more than a minute ago."""
    until, given = request.args.getlist(_UNTIL), request.args.getlist(_SIGNATURE)
    if request.method != "GET" or len(until) != 1 or len(given) != 1:
        return False
    if not (until[0].isascii() and until[0].isdigit() and len(until[0]) <= _DIGITS):
        return False
    left = int(until[0]) - clock.now().timestamp()
    in_time = 0 < left <= LIFE.total_seconds()
    return in_time and hmac.compare_digest(given[0].encode(), _signature(until[0]).encode())


def _others() -> list[tuple[str, str]]:
    """The query without our own two, in the order in which it stands."""
    return [
        (name, value) for name, value in request.args.items(multi=True) if name not in {_UNTIL, _SIGNATURE}
    ]


def _signature(until: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    key = derive_key(settings.secret_key.get_secret_value(), "signed address")
    signed = f"GET\n{request.path}\n{urlencode(_others())}\n{until}"
    return hmac.new(key, signed.encode(), sha256).hexdigest()

"""Files for people to keep, in a tab with cookies and in one without."""

import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from flask import Response, make_response

from lti_tool.web.fragments import is_sent_by_tab, send_on
from lti_tool.web.signed import signed_address

_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"
"""What RFC 8187 leaves as it is, beside letters and digits."""


def download(content: bytes, *, filename: str, media_type: str) -> Response:
    """The file; to a tab's script, which can't save one, a signed address that the browser can open."""
    if is_sent_by_tab():
        return send_on(make_response(), signed_address())
    response = make_response(content)
    response.content_type = media_type
    response.headers.set("Content-Disposition", "attachment", **_names(filename))
    return response


def untrusted(read: Callable[[], bytes], *, filename: str, media_type: str, inline: bool) -> Response:
    """What somebody uploaded. Nothing in it can act: no script, no frame, no guess at what it might be.

    `inline` is for what we made ourselves, and a browser may show; the rest is saved.
    """
    if is_sent_by_tab():
        return send_on(make_response(), signed_address())
    response = make_response(read())
    response.content_type = media_type
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", **_names(filename))
    # A browser that shows a picture by itself gives it a style of its own.
    styles = "; style-src 'unsafe-inline'" if inline else ""
    response.headers["Content-Security-Policy"] = f"sandbox; default-src 'none'{styles}"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _names(filename: str) -> dict[str, str]:
    """As RFC 6266 has it: a header is ASCII, so any other name is written out, beside one that is like it."""
    if filename.isascii():
        return {"filename": filename}
    stem, dot, ending = filename.rpartition(".")
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().strip()
    return {
        "filename": f"{plain or 'file'}{dot}{ending}" if ending.isascii() else "file",
        "filename*": f"UTF-8''{quote(filename, safe=_ATTRIBUTE_CHARACTERS)}",
    }

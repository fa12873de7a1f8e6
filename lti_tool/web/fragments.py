"""Answers to scripts: htmx asks for parts of a page; a tab without cookies asks for whole ones by script."""

from flask import Response, make_response, request

NEXT = "Segue-Next"
"""Where a script sends its tab on to. From a redirect, which browsers follow unasked, it can't see that."""


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page, rather than the browser for all of it."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def is_sent_by_tab() -> bool:
    """Whether static/js/tab.js or arrive.js asks, in place of the browser's own navigation."""
    return "Authorization" in request.headers and not wants_fragment()


def fragment(html: str, status: int = 200, *, instead_of: str | None = None) -> Response:
    """A part of a page; `instead_of` is the selector of what it replaces, if not what the form says."""
    response = make_response(html, status)
    response.vary.add("HX-Request")
    if instead_of:
        response.headers["HX-Retarget"] = instead_of
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def send_on(response: Response, address: str) -> Response:
    """Turn an answer into the word to the tab's script to go to this address, anchor and all."""
    response.status_code = 200
    response.data = b""
    response.headers.pop("Location", None)
    response.headers[NEXT] = address
    return response

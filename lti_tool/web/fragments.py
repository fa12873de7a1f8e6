"""htmx: the same forms and pages, answered in parts."""

from flask import Response, make_response, request


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page, rather than the browser for all of it."""
    return request.headers.get("HX-Request") == "true"


def fragment(html: str, status: int = 200, *, instead_of: str | None = None) -> Response:
    """A part of a page; `instead_of` is the selector of what it replaces, if not what the form says."""
    response = make_response(html, status)
    response.vary.add("HX-Request")
    if instead_of:
        response.headers["HX-Retarget"] = instead_of
        response.headers["HX-Reswap"] = "outerHTML"
    return response

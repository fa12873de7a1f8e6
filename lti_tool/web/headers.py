"""Headers that every answer carries."""

from flask import Flask, Response, g

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors {embedders}"
)


def init_headers(app: Flask) -> None:
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    person = g.get("actor") or g.get("visit")
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault(
        "Content-Security-Policy",
        _POLICY.format(
            # Pages without a session show nobody's data, and must be readable in any LMS's frame.
            embedders=" ".join(("'self'", *person.embedders)) if person else "*",
            # A page may say that its form goes to the platform.
            targets=" ".join(("'self'", *g.get("form_targets", ()))),
        ),
    )
    return response

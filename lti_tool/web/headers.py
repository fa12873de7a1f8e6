"""Headers that every answer carries."""

import secrets
from typing import cast

from flask import Flask, Response, g

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {embedders}"
)


def init_headers(app: Flask) -> None:
    app.after_request(_add_headers)
    app.add_template_global(script_nonce)


def script_nonce() -> str:
    """This answer's nonce for its own inline data and scripts."""
    if "script_nonce" not in g:
        g.script_nonce = secrets.token_urlsafe(16)
    return cast("str", g.script_nonce)


def _add_headers(response: Response) -> Response:
    actor = g.get("actor")
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault(
        "Content-Security-Policy",
        _POLICY.format(
            nonce=script_nonce(),
            # Pages without a session show nobody's data, and must be readable in any LMS's frame.
            embedders=" ".join(("'self'", *actor.embedders)) if actor else "*",
        ),
    )
    return response

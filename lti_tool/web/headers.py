"""Headers that every answer carries."""

import secrets
from typing import cast

from flask import Flask, Response, current_app, g

from lti_tool.settings import Settings

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action {form_targets}; base-uri 'none'; frame-ancestors {embedders}"
)


def init_headers(app: Flask) -> None:
    app.after_request(_add_headers)
    app.add_template_global(csp_nonce)


def csp_nonce() -> str:
    """What every script tag of this answer carries; new for each answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast("str", g.csp_nonce)


def allow_embedders(origins: list[str] | None) -> None:
    """Say who may frame this page, where no session says so; without a list it is nobody."""
    g.embedders = origins


def allow_any_embedder() -> None:
    """For a blueprint whose pages show nobody's data, and stand in the frames of platforms not known yet."""
    g.embedders = ["*"]


def allow_form_target(origin: str) -> None:
    """Let this page's forms be sent to one more origin: the platform's, for what goes back to it."""
    g.form_targets = [*g.get("form_targets", []), origin]


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-store")
    settings: Settings = current_app.extensions["settings"]
    if settings.env == "production":  # so it is https; of the names below ours we know nothing
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault(
        "Content-Security-Policy",
        _POLICY.format(
            nonce=csp_nonce(),
            form_targets=" ".join(("'self'", *g.get("form_targets", []))),
            embedders=_embedders(),
        ),
    )
    return response


def _embedders() -> str:
    person = g.get("actor") or g.get("visit")
    known = person.embedders if person else g.get("embedders")
    if known == ["*"]:
        return "*"
    return " ".join(("'self'", *known)) if known else "'none'"

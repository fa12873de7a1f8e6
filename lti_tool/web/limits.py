"""How often somebody may do something: the limits of the settings, on every route that writes or costs much.

Flask-Limiter counts, in this process or in Redis. Pages that are only read are not counted, so they ask no
counter. A route of its own kind stands in the table; a test fails where one that writes has no kind.
"""

import hashlib
import time
from collections.abc import Callable
from enum import StrEnum
from typing import cast

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from lti_tool.settings import Settings

_CREDENTIALS = "limit_credentials"
_WRITING_METHODS = ["POST", "PUT", "PATCH", "DELETE"]
_COUNTER_SECONDS = 0.5


class Limit(StrEnum):
    """The kinds of limits; each is the setting SEGUE_LIMIT_<KIND>."""

    WRITING = "writing"
    TYPING = "typing"
    UPLOADS = "uploads"
    SEARCH = "search"
    LAUNCHES = "launches"
    CREDENTIALS = "credentials"
    SIGN_IN = "sign_in"
    INVITATIONS = "invitations"


# What is no contribution: it comes while somebody types, or reads on.
_TYPING = (
    "drafts.discard_draft",
    "drafts.save_draft",
    "mentions.suggest",
    "posts.check_prompt",
    "posts.preview_text",
    "search.find_similar",
    "threads.read_posts",
    "threads.unread_post",
)
_KINDS = {
    **dict.fromkeys(_TYPING, Limit.TYPING),
    "admin.sign_in_with_code": Limit.SIGN_IN,
    "attachments.upload_files": Limit.UPLOADS,
    "launch.finish": Limit.LAUNCHES,
    "launch.launch": Limit.LAUNCHES,
    "launch.login": Limit.LAUNCHES,
    "notices.post_notices": Limit.LAUNCHES,
    "platforms.confirm_registration": Limit.INVITATIONS,
    "platforms.register": Limit.INVITATIONS,
    "search.show_hits": Limit.SEARCH,
}
_ALSO_READING = (Limit.SEARCH, Limit.LAUNCHES, Limit.INVITATIONS)
# Writes with a credential, whose wrong ones are counted before.
_RECORD_STORE = "record_store."


def init_limits(app: Flask, settings: Settings) -> None:
    """Limit the routes that the application has by now."""
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0
        )
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    waiting = {"socket_timeout": _COUNTER_SECONDS, "socket_connect_timeout": _COUNTER_SECONDS}
    limiter = Limiter(
        _key,
        app=app,
        enabled=settings.limits == "on",
        storage_uri=redis or "memory://",
        storage_options=waiting if redis else {},  # type: ignore[arg-type]  # numbers are taken too
        # A counter that does not answer stops nobody: meanwhile each process counts for itself.
        in_memory_fallback_enabled=redis is not None,
        swallow_errors=True,
    )
    app.extensions["limits"] = limiter
    for endpoint, view in app.view_functions.items():
        kind = kind_of(endpoint)
        if kind is None:
            continue
        methods = None if kind in _ALSO_READING else _WRITING_METHODS
        limited = limiter.shared_limit(settings.limit(kind), kind, methods=methods)
        app.view_functions[endpoint] = limited(view)  # type: ignore[assignment]  # a view as before
    wrong = limiter.shared_limit(
        settings.limit(Limit.CREDENTIALS),
        Limit.CREDENTIALS,
        key_func=_credential_key,
        deduct_when=_is_unauthorized,
    )
    app.extensions[_CREDENTIALS] = wrong(_count_credential)


def kind_of(endpoint: str) -> Limit | None:
    """Whatever is written counts as writing, unless the table says otherwise."""
    return None if endpoint.startswith(_RECORD_STORE) else _KINDS.get(endpoint, Limit.WRITING)


def limit_credentials() -> None:
    """Before a credential of the record store is checked: refuse where wrong ones came too often."""
    cast("Callable[[], None]", current_app.extensions[_CREDENTIALS])()


def seconds_to_wait() -> int:
    """Until the limit that was broken takes one more."""
    limiter: Limiter = current_app.extensions["limits"]
    broken = limiter.current_limit
    return max(1, int(broken.reset_at - time.time()) + 1) if broken else 1


def _key() -> str:
    """The person in their course's session; the session, where it is no person's; else the address."""
    if actor := g.get("actor"):
        return f"person {actor.person_id}"
    if g.get("visit"):
        return f"launch {g.launch_id}"
    if administrator := g.get("administrator"):
        return f"administrator {administrator.session_id}"
    return f"address {get_remote_address()}"


def _credential_key() -> str:
    """The username from this address: nobody's guesses lock out another one's right credential."""
    given = request.authorization
    username = (given.username or "") if given else ""
    return f"{get_remote_address()} {hashlib.sha256(username.encode(errors='replace')).hexdigest()}"


def _count_credential() -> None:
    """Nothing to do: what counts is that it is called."""


def _is_unauthorized(response: Response) -> bool:
    return response.status_code == 401  # noqa: PLR2004

"""One transaction a request: committed before the answer leaves, rolled back by any error."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session, sessionmaker

View = TypeVar("View", bound=Callable[..., Any])
_READS_ONLY = "reads_only"


def init_transactions(app: Flask, sessions: sessionmaker[Session]) -> None:
    app.extensions["sessions"] = sessions
    app.after_request(_commit)
    app.teardown_appcontext(_close)


def reads_only(view: View) -> View:
    """Mark a view that writes nothing: its queries need no transaction, whose two ends are round trips.

    Each query sees what is committed when it begins, as it does within our transactions (READ COMMITTED).
    """
    setattr(view, _READS_ONLY, True)
    return view


def db() -> Session:
    """This request's session; begun at the first use."""
    if "db" not in g:
        g.db = cast("sessionmaker[Session]", current_app.extensions["sessions"])()
        if _only_reads():
            g.db.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    return cast("Session", g.db)


def _only_reads() -> bool:
    return hasattr(current_app.view_functions.get(request.endpoint or ""), _READS_ONLY)


def roll_back() -> None:
    """Undo what this request wrote; every error handler calls it first."""
    if "db" in g:
        g.db.rollback()


def _commit(response: Response) -> Response:
    # Raising here still gives the person the error page: Flask's handler runs, nothing was sent yet.
    if "db" in g and not _only_reads():
        g.db.commit()
    return response


def _close(_error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()

"""One transaction a request: committed before the answer leaves, rolled back by any error."""

from typing import cast

from flask import Flask, Response, current_app, g
from sqlalchemy.orm import Session, sessionmaker


def init_transactions(app: Flask, sessions: sessionmaker[Session]) -> None:
    app.extensions["sessions"] = sessions
    app.after_request(_commit)
    app.teardown_appcontext(_close)


def db() -> Session:
    """This request's session; begun at the first use."""
    if "db" not in g:
        g.db = cast("sessionmaker[Session]", current_app.extensions["sessions"])()
    return cast("Session", g.db)


def roll_back() -> None:
    """Undo what this request wrote; every error handler calls it first."""
    if "db" in g:
        g.db.rollback()


def _commit(response: Response) -> Response:
    # Raising here still gives the person the error page: Flask's handler runs, nothing was sent yet.
    if "db" in g:
        g.db.commit()
    return response


def _close(_error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()

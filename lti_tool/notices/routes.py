"""Where platforms send their notices."""

from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.notices.errors import NoticeRefusedError
from lti_tool.notices.service import take_notices

blueprint = Blueprint("notices", __name__, url_prefix="/lti")

_AGAIN_AFTER = "60"


@blueprint.post("/notices")
def post_notices() -> tuple[Response, int]:
    """Take {"notices": [{"jwt": ...}]}. Who sends them is believed by their signatures alone."""
    sessions = cast("sessionmaker[Session]", current_app.extensions["sessions"])
    result = take_notices(sessions, request.get_data())
    answer = jsonify(taken=result.taken, refused=result.refused)
    if result.status == 503:  # noqa: PLR2004  HTTP's own
        answer.headers["Retry-After"] = _AGAIN_AFTER
    return answer, result.status


@blueprint.errorhandler(NoticeRefusedError)
def refused(error: NoticeRefusedError) -> tuple[Response, int]:
    return jsonify(error=error.code), error.status

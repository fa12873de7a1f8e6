"""/health/live and /health/ready, for whoever keeps this process running."""

from flask import Blueprint, Response, make_response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.core.migrations import newest_revision
from lti_tool.web.transaction import db, roll_back

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """This process answers."""
    return make_response({"live": True})


@blueprint.get("/ready")
def ready() -> Response:
    """The database answers and has this release's tables. A record store that is down changes nothing."""
    try:
        revision = db().scalar(text("select version_num from alembic_version"))
    except SQLAlchemyError:
        roll_back()
        return make_response({"ready": False, "why": "database"}, 503)
    if revision != newest_revision():
        return make_response({"ready": False, "why": "schema"}, 503)
    return make_response({"ready": True})

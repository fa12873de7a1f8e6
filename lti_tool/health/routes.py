"""/health/live and /health/ready, for whoever keeps this process running."""

from flask import Blueprint, Response, make_response
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.health.jobs import failing_jobs
from lti_tool.health.readiness import has_our_tables
from lti_tool.web.transaction import db, roll_back

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """This process answers."""
    return make_response({"live": True})


@blueprint.get("/ready")
def ready() -> Response:
    """The database answers and has this release's tables.

    Neither a record store that is down nor failing jobs keep pages from being served; the jobs are named.
    """
    if not has_our_tables(db()):
        return make_response({"ready": False, "why": "schema"}, 503)
    failing = failing_jobs(db())
    told = {"failing_jobs": [jobs.name for jobs in failing]} if failing else {}
    return make_response({"ready": True, **told})


@blueprint.errorhandler(SQLAlchemyError)
def has_no_database(_error: SQLAlchemyError) -> Response:
    roll_back()
    return make_response({"ready": False, "why": "database"}, 503)

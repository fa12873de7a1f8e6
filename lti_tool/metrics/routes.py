"""/metrics, for a monitoring system with the token of SEGUE_METRICS_TOKEN; for all others there is none."""

from hmac import compare_digest
from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from lti_tool.metrics.collector import StatementsCollector
from lti_tool.settings import Settings
from lti_tool.web.transaction import db

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Without a token set it is open to nobody: behind a proxy, everybody seems to be on this machine."""
    wanted = cast("Settings", current_app.extensions["settings"]).metrics_token
    authorization = request.authorization
    given = (authorization.token or "") if authorization and authorization.type == "bearer" else ""
    if wanted is None or not compare_digest(given.encode(), wanted.get_secret_value().encode()):
        abort(404)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatementsCollector(db()))
    answer = make_response(generate_latest(registry))
    answer.headers["Content-Type"] = CONTENT_TYPE_PLAIN_0_0_4
    return answer

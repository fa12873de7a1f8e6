"""The page of the latest xAPI statements."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.demo.lms.record_store import read_records
from lti_tool.demo.lms.services import current_lms

bp = Blueprint("records", __name__)


@bp.get("/records")
def records() -> ResponseReturnValue:
    config = current_lms().config
    found = read_records(config, request.args.get("more"))
    if found is None:
        abort(400, "That page of records is not on the record store's own host.")
    return render_template(
        "demo_lms/records.html",
        records=found,
        records_url=config.records_url,
        first_page="more" not in request.args,
    )

"""Where the tool sends the browser back to after an instructor has chosen activities."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.demo.lms.checks import Refusal
from lti_tool.demo.lms.content_items import read_items, read_response
from lti_tool.demo.lms.services import current_lms
from lti_tool.demo.lms.tool_keys import RefusedTokenError
from lti_tool.demo.lms.vocabulary import DEEP_LINKING

bp = Blueprint("deep_linking", __name__)


@bp.post("/deep-linking/return")
def deep_link_return() -> ResponseReturnValue:
    lms = current_lms()
    try:
        visit, claims = read_response(lms, request.form.get("JWT", ""), request.args.get("visit", ""))
        added = read_items(lms.config, claims)
    except (RefusedTokenError, Refusal) as error:
        abort(400, f"The tool's answer was not accepted: {error}.")
    lms.state.add_links(visit.course, added)
    return render_template(
        "demo_lms/added.html",
        person=visit.person,
        course=visit.course,
        links=[link for link, _ in added],
        message=_words(claims.get(f"{DEEP_LINKING}msg")),
        problem=_words(claims.get(f"{DEEP_LINKING}errormsg")),
    )


def _words(claim: object) -> str:
    """A message for the person, which is shown and so must be showable."""
    return claim.encode("utf-8", "replace").decode() if isinstance(claim, str) else ""

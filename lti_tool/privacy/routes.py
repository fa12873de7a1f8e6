"""The page that says what is kept of a person."""

from flask import render_template

from lti_tool.launch.models import LaunchKind
from lti_tool.privacy import queries
from lti_tool.web.launched import launched_blueprint, visit
from lti_tool.web.transaction import db

blueprint = launched_blueprint("privacy", __name__, url_prefix="/privacy", kind=LaunchKind.DATA_PRIVACY)


@blueprint.get("")
def show_person() -> str:
    is_self = visit().details["for_user"] == visit().sub
    return render_template("privacy/person.html", kept=queries.kept_of(db(), visit()), is_self=is_self)

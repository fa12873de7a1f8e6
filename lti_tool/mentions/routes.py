"""Suggestions after an @. They are requested by POST, so that typed text is in no address."""

from flask import Response, render_template
from flask_babel import gettext

from lti_tool.mentions import queries
from lti_tool.mentions.forms import SuggestForm
from lti_tool.mentions.tokens import token
from lti_tool.people.names import NUMBERED
from lti_tool.web.fragments import fragment
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("mentions", __name__, url_prefix="/mentions")
blueprint.add_app_template_filter(token, "mention_token")


@blueprint.post("/suggestions")
def suggest() -> Response:
    form = SuggestForm()
    typed = form.typed.data if form.is_sent() else ""
    found = queries.suggestions(
        db(),
        actor(),
        typed,
        staff_name=gettext("staff"),
        number_name=gettext("Participant %(number)s", number=NUMBERED),
        group_id=form.group.data,
    )
    return fragment(render_template("mentions/_suggestions.html", found=found), form.status)

"""Pages where staff see one person's contributions."""

from uuid import UUID

from flask import render_template, request

from lti_tool.core.paging import read_place
from lti_tool.facilitation import queries
from lti_tool.facilitation.queries import Learner
from lti_tool.grades.forms import ScoreForm
from lti_tool.web.launched import actor, launched_blueprint
from lti_tool.web.transaction import db

blueprint = launched_blueprint("facilitation", __name__, url_prefix="")


@blueprint.get("/review")
def review_submission() -> str:
    """The review of a person's work, opened from the gradebook."""
    return _contributions_of(queries.submitted_by(db(), actor()))


@blueprint.get("/people/<uuid:person_id>")
def show_person(person_id: UUID) -> str:
    return _contributions_of(queries.member_of_course(db(), actor(), person_id))


def _contributions_of(learner: Learner) -> str:
    after = read_place(request.args.get("after"))
    page = queries.contributions(db(), actor(), learner.person_id, after=after)
    score = queries.score_of(db(), actor(), learner.person_id)
    form = ScoreForm.about(score) if score else None
    return render_template(
        "facilitation/person.html", learner=learner, page=page, after=after, score=score, form=form
    )

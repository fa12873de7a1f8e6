"""The pages: choosing who to be, a course, an activity with the tool in its frame, the gradebook."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.demo.lms.catalogue import PEOPLE, Course, Link, Person, person_by_key
from lti_tool.demo.lms.habits import known_habits
from lti_tool.demo.lms.launches import Launch
from lti_tool.demo.lms.notices import tell_of_copy
from lti_tool.demo.lms.scores import result_score
from lti_tool.demo.lms.services import current_lms
from lti_tool.demo.lms.vocabulary import DATA_PRIVACY_REQUEST, SUBMISSION_REVIEW_REQUEST

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    lms = current_lms()
    known = known_habits().values()
    return render_template(
        "demo_lms/home.html", people=PEOPLE, courses=lms.state.courses(), known=known, habits=lms.habits
    )


@bp.post("/habits")
def choose_habits() -> ResponseReturnValue:
    """It behaves as this LMS now, for everybody: the tool asks its services without saying for whom."""
    chosen = known_habits().get(request.form.get("habits", "?")) or abort(404, "There is no such LMS here.")
    current_lms().state.choose_habits(chosen.key)
    return redirect(url_for("pages.home"), 303)


@bp.get("/enter")
def enter() -> ResponseReturnValue:
    course = _course(request.args.get("course", ""))
    person = _person(request.args.get("person", ""))
    return redirect(url_for("pages.course", course_key=course.key, person_key=person.key))


@bp.get("/courses/<course_key>/as/<person_key>")
def course(course_key: str, person_key: str) -> ResponseReturnValue:
    course, person = _course(course_key), _person(person_key)
    links = current_lms().state.links(course)
    return render_template(
        "demo_lms/course.html", course=course, person=person, links=links, habits=current_lms().habits
    )


@bp.get("/courses/<course_key>/as/<person_key>/activities/<link_id>")
def activity(course_key: str, person_key: str, link_id: str) -> ResponseReturnValue:
    course, person = _course(course_key), _person(person_key)
    link = _link(course, link_id)
    launch = Launch(person=person, course=course, link=link)
    return render_template(
        "demo_lms/activity.html", course=course, person=person, link=link, **_login(launch)
    )


@bp.get("/courses/<course_key>/as/<person_key>/activities/<link_id>/window")
def activity_window(course_key: str, person_key: str, link_id: str) -> ResponseReturnValue:
    course, person = _course(course_key), _person(person_key)
    launch = Launch(person=person, course=course, link=_link(course, link_id), document_target="window")
    login = _login(launch)
    return render_template("demo_lms/form_post.html", action=login["login_url"], fields=login["login_fields"])


@bp.get("/courses/<course_key>/as/<person_key>/add")
def add_activity(course_key: str, person_key: str) -> ResponseReturnValue:
    course, person = _course(course_key), _person(person_key)
    if not person.may_edit:
        abort(403, "Only an instructor can add activities to a course.")
    launch = Launch(person=person, course=course, link=None)
    return render_template("demo_lms/add.html", course=course, person=person, **_login(launch))


@bp.get("/courses/<course_key>/as/<person_key>/privacy")
def privacy(course_key: str, person_key: str) -> ResponseReturnValue:
    course, person = _course(course_key), _person(person_key)
    _require_message(DATA_PRIVACY_REQUEST)
    launch = Launch(person=person, course=course, link=None, about=person)
    return render_template("demo_lms/privacy.html", course=course, person=person, **_login(launch))


@bp.get("/courses/<course_key>/as/<person_key>/review/<item_id>/<learner_key>")
def review(course_key: str, person_key: str, item_id: str, learner_key: str) -> ResponseReturnValue:
    course, person, learner = _course(course_key), _person(person_key), _person(learner_key)
    _require_message(SUBMISSION_REVIEW_REQUEST)
    if not person.may_grade and not (person == learner and "own" in current_lms().habits.reviews):
        abort(403, "Only those who grade can review what a learner did.")
    item = current_lms().state.line_item(course, item_id) or abort(404, "There is no such column.")
    link = _link(course, item.get("resourceLinkId", ""))
    launch = Launch(person=person, course=course, link=link, about=learner, line_item_id=item_id)
    return render_template(
        "demo_lms/review.html", course=course, person=person, learner=learner, link=link, **_login(launch)
    )


@bp.get("/courses/<course_key>/as/<person_key>/review/<item_id>")
def review_column(course_key: str, person_key: str, item_id: str) -> ResponseReturnValue:
    """From a column's own menu, as in Moodle: about nobody in particular."""
    course, person = _course(course_key), _person(person_key)
    _require_message(SUBMISSION_REVIEW_REQUEST)
    if not person.may_grade or "column" not in current_lms().habits.reviews:
        abort(403, "This LMS has no such menu, or not for you.")
    item = current_lms().state.line_item(course, item_id) or abort(404, "There is no such column.")
    link = _link(course, item.get("resourceLinkId", ""))
    launch = Launch(person=person, course=course, link=link, of_column=True, line_item_id=item_id)
    return render_template(
        "demo_lms/review.html", course=course, person=person, learner=None, link=link, **_login(launch)
    )


@bp.get("/storage")
def storage() -> ResponseReturnValue:
    """What the frame beside the tool's holds, where that one keeps things."""
    return render_template("demo_lms/storage.html")


@bp.post("/courses/<course_key>/as/<person_key>/copy")
def copy_course(course_key: str, person_key: str) -> ResponseReturnValue:
    """A new course with the same activities, for the next round of people; what was said stays behind."""
    course, person = _course(course_key), _person(person_key)
    if not person.may_edit:
        abort(403, "Only an instructor can copy a course.")
    lms = current_lms()
    copy = lms.state.copy_course(course)
    if copy is None:
        abort(409, "There are enough copies already: this is a demo.")
    tell_of_copy(lms, copy, course)
    return redirect(url_for("pages.course", course_key=copy.key, person_key=person.key), 303)


@bp.get("/courses/<course_key>/gradebook")
def gradebook(course_key: str) -> ResponseReturnValue:
    course = _course(course_key)
    lms = current_lms()
    state = lms.state
    columns = [
        (item_id, item, _rows(item, state.scores(item_id)))
        for item_id, item in state.line_items(course).items()
    ]
    person = _person(request.args["as"]) if "as" in request.args else None
    reviews = lms.habits.reviews if SUBMISSION_REVIEW_REQUEST in lms.habits.messages else ()
    return render_template(
        "demo_lms/gradebook.html", course=course, person=person, columns=columns, reviews=reviews
    )


def _rows(
    item: dict[str, object], scores: dict[str, dict[str, object]]
) -> list[tuple[Person, dict[str, object] | None, float | None]]:
    learners = [person for person in PEOPLE if person.is_learner]
    found = [(person, scores.get(person.sub)) for person in learners]
    return [(person, score, result_score(item, score) if score else None) for person, score in found]


def _require_message(kind: str) -> None:
    habits = current_lms().habits
    if kind not in habits.messages:
        abort(404, f"{habits.name} has no such message ({kind}).")


def _login(launch: Launch) -> dict[str, object]:
    lms = current_lms()
    return {
        "login_url": lms.config.tool_login_url,
        "login_fields": lms.login_fields(launch),
        "tool_origin": lms.config.tool_origin,
        "storage_target": lms.storage_target,
    }


def _course(key: str) -> Course:
    return current_lms().state.course(key) or abort(404, "There is no such course.")


def _person(key: str) -> Person:
    return person_by_key(key) or abort(404, "There is nobody of that name here.")


def _link(course: Course, link_id: str) -> Link:
    return current_lms().state.link(course, link_id) or abort(404, "The course has no such activity.")

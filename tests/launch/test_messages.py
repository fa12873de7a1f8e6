"""Deep linking, submission review and data privacy: who is let in, where they arrive, and who is not."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from lti_tool.courses.models import Course, Placement
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.launch.claims import DeepLinkingClaims
from lti_tool.launch.errors import LaunchRefusedError
from lti_tool.launch.message import read_message
from lti_tool.launch.models import Launch, LaunchAttempt, LaunchKind
from lti_tool.launch.rules import check_message
from lti_tool.people.models import Membership, Person
from lti_tool.statements.models import StatementRow
from tests.launch.platform import TOOL, Platform, landed

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
OF_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
OF_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
GONE = object()

ANA, TOM, INES = PEOPLE[0], PEOPLE[1], PEOPLE[4]
# The second link has a column in the gradebook.
GRADED = COURSES[0].links[1]
LAUNCHES = {
    "choose": LmsLaunch(person=INES, course=COURSES[0], link=None),
    "review": LmsLaunch(person=INES, course=COURSES[0], link=GRADED, about=ANA),
    "privacy": LmsLaunch(person=ANA, course=COURSES[0], link=None, about=ANA),
}


def bent(claims: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The claims with these changed: "claim" or "claim#member"; GONE takes one away."""
    for path, value in changes.items():
        claim, _, member = path.partition("#")
        target, name = (claims[claim], member) if member else (claims, claim)
        if value is GONE:
            target.pop(name, None)
        else:
            target[name] = value
    return claims


def come(
    client: FlaskClient, platform: Platform, launch: LmsLaunch, **changes: Any
) -> tuple[int, str, list[Any]]:
    """Launch with claims changed: the status, the first page's address or why there is none, and the log."""
    asked = platform.start(client, launch)
    claims = bent(platform.claims(asked, launch), changes)
    with capture_logs() as logs:
        answer = platform.post(client, asked["state"], platform.lms.sign(claims))
    where = landed(answer) if answer.status_code == 200 else answer.text
    return answer.status_code, where, logs


def test_deep_linking_arrives_at_its_page_and_opens_no_activity(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    status, where, _ = come(client, platform, LAUNCHES["choose"])
    launch = session.scalars(select(Launch)).one()
    assert (status, where) == (200, f"/l/{launch.id}/deep-linking")
    assert launch.kind is LaunchKind.DEEP_LINKING
    assert launch.placement_id is None
    assert launch.course_id == session.scalars(select(Course.id)).one()
    assert session.scalars(select(Membership.role)).one() == "instructor"
    assert session.scalar(select(func.count()).select_from(StatementRow)) == 0
    page = client.get(where, base_url=TOOL)
    assert page.status_code == 200
    assert COURSES[0].title in page.text
    for feature in ("threads", "help", "follow-ups", "activity", "review", "privacy"):
        assert client.get(f"/l/{launch.id}/{feature}", base_url=TOOL).status_code == 401


def test_deep_linking_outside_any_course(client: FlaskClient, platform: Platform, session: Session) -> None:
    status, where, _ = come(client, platform, LAUNCHES["choose"], **{LTI + "context": GONE})
    assert status == 200
    assert client.get(where, base_url=TOOL).status_code == 200
    assert session.scalar(select(func.count()).select_from(Course)) == 0


def test_submission_review_arrives_at_the_work_of_the_one_in_question(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    platform.launch(client, LmsLaunch(person=ANA, course=COURSES[0], link=GRADED))
    status, where, _ = come(client, platform, LAUNCHES["review"])
    launch = session.scalars(select(Launch).filter_by(kind=LaunchKind.SUBMISSION_REVIEW)).one()
    assert (status, where) == (200, f"/l/{launch.id}/review")
    assert "Ana Ruiz" in client.get(where, base_url=TOOL).text
    # What staff look at is no use of the activity: only Ana's own launch is told.
    assert session.scalar(select(func.count()).select_from(StatementRow)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({LTI + "resource_link": GONE}, id="no link"),
        pytest.param({LTI + "resource_link": {"id": COURSES[0].context_id}}, id="a link of SpeedGrader's"),
        pytest.param({LTI + "resource_link": {"id": COURSES[0].links[0].id}}, id="another activity's link"),
    ],
)
def test_submission_review_goes_by_the_line_item(
    client: FlaskClient, platform: Platform, session: Session, changes: dict[str, Any]
) -> None:
    for link in COURSES[0].links:
        platform.launch(client, LmsLaunch(person=ANA, course=COURSES[0], link=link))
    status, _, _ = come(client, platform, LAUNCHES["review"], **changes)
    assert status == 200
    launch = session.scalars(select(Launch).filter_by(kind=LaunchKind.SUBMISSION_REVIEW)).one()
    assert session.get_one(Placement, launch.placement_id).resource_link_id == GRADED.id


def test_submission_review_goes_by_the_link_where_the_line_item_is_new(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    platform.launch(client, LmsLaunch(person=ANA, course=COURSES[0], link=GRADED))
    unknown = {GRADES + "#lineitem": "https://lms.example/never-seen"}
    status, _, _ = come(client, platform, LAUNCHES["review"], **unknown)
    assert status == 200


def test_another_course_s_line_item_is_no_way_in(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    platform.launch(client, LmsLaunch(person=ANA, course=COURSES[0], link=GRADED))
    platform.launch(client, LmsLaunch(person=ANA, course=COURSES[1], link=COURSES[1].links[0]))
    claims = platform.lms.launch_claims(LAUNCHES["review"], "n")
    elsewhere = LmsLaunch(person=INES, course=COURSES[1], link=COURSES[1].links[1], about=ANA)
    item = claims[GRADES]["lineitem"]
    status, page, logs = come(client, platform, elsewhere, **{GRADES + "#lineitem": item})
    assert (status, logs[-1]["code"]) == (400, "review_of_unknown_activity")
    assert "Nobody has opened this activity yet" in page


def test_data_privacy_arrives_at_its_page_and_opens_no_course(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    status, where, _ = come(client, platform, LAUNCHES["privacy"])
    launch = session.scalars(select(Launch)).one()
    assert (status, where) == (200, f"/l/{launch.id}/privacy")
    assert (launch.course_id, launch.placement_id) == (None, None)
    assert client.get(where, base_url=TOOL).status_code == 200
    for model in (Course, Placement, Membership, StatementRow):
        assert session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.parametrize(
    "role", [OF_INSTITUTION + "Administrator", OF_SYSTEM + "Administrator", OF_SYSTEM + "SysAdmin"]
)
def test_an_administrator_asks_for_somebody(client: FlaskClient, platform: Platform, role: str) -> None:
    launch = LmsLaunch(person=INES, course=COURSES[0], link=None, about=TOM)
    status, where, _ = come(client, platform, launch, **{LTI + "roles": [role]})
    assert status == 200
    assert "Nothing" in client.get(where, base_url=TOOL).text


# Numbers in brackets: reference lti.md, section 2.
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "deep linking without settings [61]": ("choose", {SETTINGS: GONE}, "claims_invalid"),
    "deep linking settings a string": ("choose", {SETTINGS: "x"}, "claims_invalid"),
    "no return address [62]": ("choose", {SETTINGS + "#deep_link_return_url": GONE}, "claims_invalid"),
    "a script as return address [security 37]": (
        "choose", {SETTINGS + "#deep_link_return_url": "javascript:alert(1)//https://lms.example"},
        "deep_linking_return_url",
    ),
    "a return address without a host": (
        "choose", {SETTINGS + "#deep_link_return_url": "https:///x"}, "deep_linking_return_url",
    ),
    "a return address with backslashes [security 37]": (
        "choose", {SETTINGS + "#deep_link_return_url": "https://evil.test\\@lms.example/"},
        "deep_linking_return_url",
    ),
    "a return address with a line break [security 37]": (
        "choose", {SETTINGS + "#deep_link_return_url": "https://lms.example/\r\n"}, "deep_linking_return_url",
    ),
    "a return address with a tab": (
        "choose", {SETTINGS + "#deep_link_return_url": "https://lms.example/\tx"}, "deep_linking_return_url",
    ),
    "a policy in the return address": (
        "choose", {SETTINGS + "#deep_link_return_url": "https://lms.example;script-src/*"},
        "deep_linking_return_url",
    ),
    "links are not accepted [63]": ("choose", {SETTINGS + "#accept_types": ["link"]}, "message_invalid"),
    "accept_types a word [63]": ("choose", {SETTINGS + "#accept_types": "ltiResourceLink"}, "claims_invalid"),
    "no presentation targets": (
        "choose", {SETTINGS + "#accept_presentation_document_targets": []}, "message_invalid",
    ),
    "data a number [65]": ("choose", {SETTINGS + "#data": 7}, "claims_invalid"),
    "a learner chooses [64]": ("choose", {LTI + "roles": [LEARNER]}, "role_not_staff"),
    "nobody in particular chooses [64]": ("choose", {LTI + "roles": []}, "role_not_staff"),
    "a teacher of the institution, learner here, chooses [64]": (
        "choose", {LTI + "roles": [LEARNER, OF_INSTITUTION + "Instructor"]}, "role_not_staff",
    ),
    "review without a person [68]": ("review", {LTI + "for_user": GONE}, "claims_invalid"),
    "review of nobody's id [68]": ("review", {LTI + "for_user": {"name": "Ana"}}, "claims_invalid"),
    "review without the grade service [69]": ("review", {GRADES: GONE}, "claims_invalid"),
    "review without a line item [69]": ("review", {GRADES + "#lineitem": GONE}, "message_invalid"),
    "review with a line item of null [69]": (
        "review", {GRADES + "#lineitem": None}, "review_without_line_item",
    ),
    "a learner reviews [70]": ("review", {LTI + "roles": [LEARNER]}, "role_not_staff"),
    "review of what nobody opened": ("review", {}, "review_of_unknown_activity"),
    "review outside any course": (
        "review", {LTI + "context": GONE, LTI + "resource_link": GONE}, "review_of_unknown_activity",
    ),
    "privacy with a course [71]": ("privacy", {LTI + "context": {"id": "c"}}, "claims_invalid"),
    "privacy with a link [71]": ("privacy", {LTI + "resource_link": {"id": "r"}}, "message_invalid"),
    "privacy without a person [72]": ("privacy", {LTI + "for_user": GONE}, "claims_invalid"),
    "privacy of somebody else": (
        "privacy", {LTI + "for_user": {"user_id": TOM.sub}}, "privacy_of_somebody_else",
    ),
    "privacy of somebody else, for a teacher": (
        "privacy",
        {LTI + "for_user": {"user_id": TOM.sub}, LTI + "roles": [
            OF_INSTITUTION + "Instructor", "http://purl.imsglobal.org/vocab/lis/v2/membership#Administrator",
        ]},
        "privacy_of_somebody_else",
    ),
    "an unknown message [47]": (
        "choose", {LTI + "message_type": "LtiStartProctoring"}, "message_type_unsupported",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_messages_leave_no_row(
    client: FlaskClient, platform: Platform, session: Session, name: str
) -> None:
    kind, changes, code = REFUSED[name]
    status, page, logs = come(client, platform, LAUNCHES[kind], **changes)
    assert (status, [entry["code"] for entry in logs]) == (400, [code])
    assert "The activity could not be opened" in page
    assert logs[0]["incident"] in page
    for model in (Launch, Person, Course, Placement, Membership, StatementRow):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    # It is not used up either: whoever repairs the settings may try again.
    assert session.scalars(select(LaunchAttempt.used_at)).one() is None


def test_a_teacher_is_told_what_the_role_has_to_do_with_it(client: FlaskClient, platform: Platform) -> None:
    _, page, _ = come(client, platform, LAUNCHES["choose"], **{LTI + "roles": [LEARNER]})
    assert "This part is for people who teach in the course" in page


def test_in_production_the_return_address_is_https(platform: Platform) -> None:
    claims = platform.lms.launch_claims(LAUNCHES["choose"], "n")
    for address, https_only in (
        ("http://lms.example/return", False), ("https://lms.example/return", True),
    ):  # fmt: skip
        claims[SETTINGS]["deep_link_return_url"] = address
        check_message(read_message(claims), https_only=https_only)
    claims[SETTINGS]["deep_link_return_url"] = "http://lms.example/return"
    with pytest.raises(LaunchRefusedError, match="deep_linking_return_url"):
        check_message(read_message(claims), https_only=True)


@pytest.mark.parametrize("word", ["true", True])
def test_flags_that_are_words(platform: Platform, word: object) -> None:
    claims = platform.lms.launch_claims(LAUNCHES["choose"], "n")
    claims[SETTINGS] |= {"accept_lineitem": word, "accept_multiple": "false"}
    message = read_message(claims)
    assert isinstance(message, DeepLinkingClaims)
    assert message.settings.accept_lineitem is True
    assert message.settings.accept_multiple is False


def test_the_session_of_one_message_is_none_for_another(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    """Not even with the right secret: the kind is asked with it."""
    for kind, launch in LAUNCHES.items():
        if kind != "review":
            come(client, platform, launch)
    launches = {launch.kind: launch.id for launch in session.scalars(select(Launch))}
    for page, kind in (("privacy", LaunchKind.DEEP_LINKING), ("deep-linking", LaunchKind.DATA_PRIVACY)):
        assert client.get(f"/l/{launches[kind]}/{page}", base_url=TOOL).status_code == 401

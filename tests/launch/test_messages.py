"""Deep linking, submission review and data privacy: where people arrive, and what that makes."""

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
from lti_tool.launch.errors import Advice, LaunchRefusedError
from lti_tool.launch.message import read_message
from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.launch.rules import check_message
from lti_tool.people.models import Membership
from lti_tool.statements.models import StatementRow
from tests.launch.platform import GONE, GRADED, LAUNCHES, LTI, TOOL, Platform, bent, landed

SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
OF_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
OF_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
ANA, TOM, INES = PEOPLE[0], PEOPLE[1], PEOPLE[4]


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


def test_in_production_the_return_address_is_https(platform: Platform) -> None:
    claims = platform.lms.launch_claims(LAUNCHES["choose"], "n")
    for address, https_only in (
        ("http://lms.example/return", False), ("https://lms.example/return", True),
    ):  # fmt: skip
        claims[SETTINGS]["deep_link_return_url"] = address
        check_message(read_message(claims), https_only=https_only)
    claims[SETTINGS]["deep_link_return_url"] = "http://lms.example/return"
    with pytest.raises(LaunchRefusedError, match="deep_linking_return_url") as refused:
        check_message(read_message(claims), https_only=True)
    assert refused.value.advice is Advice.HTTPS
    assert str(refused.value.fault) == f"{SETTINGS}.deep_link_return_url: not_https"


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
        if kind in {"choose", "privacy"}:
            come(client, platform, launch)
    launches = {launch.kind: launch.id for launch in session.scalars(select(Launch))}
    for page, kind in (("privacy", LaunchKind.DEEP_LINKING), ("deep-linking", LaunchKind.DATA_PRIVACY)):
        assert client.get(f"/l/{launches[kind]}/{page}", base_url=TOOL).status_code == 401

"""The first launch of a link that deep linking made: it is the activity that was chosen."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.courses.models import Placement, PlannedActivity
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from tests.deep_linking.choosing import DL, LTI, Chooser
from tests.factories.entrances import make_tenant
from tests.launch.platform import TOOL, Platform, landed


def first_launch(
    client: FlaskClient, platform: Platform, custom: object, *, title: str = "", course: int = 0
) -> str:
    """Somebody opens a new link with these custom parameters: the first page's address."""
    launch = LmsLaunch(person=PEOPLE[0], course=COURSES[course], link=COURSES[course].links[0])
    asked = platform.start(client, launch)
    claims = platform.claims(asked, launch)
    claims[f"{LTI}custom"] = custom
    claims[f"{LTI}resource_link"] = {"id": "new", "title": title} if title else {"id": "new"}
    return landed(platform.post(client, asked["state"], platform.lms.sign(claims)))


def planned(client: FlaskClient, platform: Platform, **changes: str) -> str:
    chooser = Chooser(client, platform)
    [item] = chooser.claims(chooser.send(**changes))[f"{DL}content_items"]
    return str(item["custom"]["segue_activity"])


@pytest.mark.parametrize(
    ("activity", "page"), [("discussion", "threads"), ("help", "help"), ("follow_up", "follow-ups")]
)
def test_the_first_launch_makes_the_activity_what_was_chosen(
    client: FlaskClient, platform: Platform, activity: str, page: str
) -> None:
    planned_id = planned(client, platform, activity=activity)
    answer = first_launch(client, platform, {"segue_activity": planned_id})
    assert answer.rpartition("/")[2] == page
    shown = client.get(answer, base_url=TOOL).text
    assert "Which of the <em>three</em> openings?" in shown
    assert "Ask each other about &lt;unit&gt; 2</h1>" in shown
    again = first_launch(client, platform, {})
    assert "Ask each other about &lt;unit&gt; 2</h1>" in client.get(again, base_url=TOOL).text


def test_the_link_s_own_title_wins(client: FlaskClient, platform: Platform) -> None:
    answer = first_launch(
        client, platform, {"segue_activity": planned(client, platform)}, title="Renamed in the course"
    )
    assert "Renamed in the course</h1>" in client.get(answer, base_url=TOOL).text


def test_the_settings_follow_into_another_course(client: FlaskClient, platform: Platform) -> None:
    answer = first_launch(client, platform, {"segue_activity": planned(client, platform)}, course=1)
    assert "<em>three</em>" in client.get(answer, base_url=TOOL).text


@pytest.mark.parametrize("chosen", ["y", ""])
def test_whether_learners_may_post_anonymously_comes_along(
    client: FlaskClient, platform: Platform, chosen: str
) -> None:
    planned_id = planned(client, platform, anonymous=chosen)
    answer = first_launch(client, platform, {"segue_activity": planned_id}, course=1)
    page = client.get(f"{answer}/new", base_url=TOOL).text
    assert ('value="anonymous"' in page) is bool(chosen)


@pytest.mark.parametrize(
    "custom",
    [
        {"segue_activity": "$Segue.activity"},
        {"segue_activity": "00000000-0000-7000-8000-000000000000"},
        {"segue_activity": "x" * 10_000},
        {"segue_activity": "\x00"},
        {"segue_activity": ""},
        {"segue_activity": None},
        {"segue_activity": 7},
        {"segue_activity": {"a": ["b"]}},
        {},
        None,
    ],
)
def test_an_id_that_is_none_makes_a_plain_discussion(
    client: FlaskClient, platform: Platform, custom: object
) -> None:
    answer = first_launch(client, platform, custom, title="Plain")
    assert answer.endswith("/threads")
    assert "Plain</h1>" in client.get(answer, base_url=TOOL).text


def test_a_plan_of_another_platform_is_none_here(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    planned_id = planned(client, platform)
    tenant = make_tenant(session, issuer="https://other.example")
    session.execute(
        update(PlannedActivity)
        .where(PlannedActivity.id == UUID(planned_id))
        .values(registration_id=tenant.registration_id)
    )
    session.commit()
    answer = first_launch(client, platform, {"segue_activity": planned_id}, title="Plain")
    page = client.get(answer, base_url=TOOL).text
    assert "Plain</h1>" in page
    assert "<em>three</em>" not in page


def test_what_staff_changed_stays_at_the_next_launch(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    planned_id = planned(client, platform)
    first_launch(client, platform, {"segue_activity": planned_id})
    session.execute(update(Placement).values(activity="discussion", settings={}))
    session.commit()
    answer = first_launch(client, platform, {"segue_activity": planned_id})
    assert answer.endswith("/threads")

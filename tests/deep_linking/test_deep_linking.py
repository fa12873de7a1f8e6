"""Deep linking over HTTP: from the platform's request to its signed answer, and to the first launch."""

import html
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.core.actor import Role
from lti_tool.courses.models import Placement, PlannedActivity
from lti_tool.demo.lms import Launch as LmsLaunch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.launch.models import Launch
from lti_tool.platforms.tool_keys import ensure_tool_keys
from tests.conftest import QueryCounter
from tests.factories.entrances import make_tenant
from tests.launch.platform import TOOL, Platform, landed

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
SETTINGS = f"{DL}deep_linking_settings"
CHOOSE = LmsLaunch(person=PEOPLE[4], course=COURSES[0], link=None)
CHOICE = {
    "activity": "help",
    "title": "Ask each other about <unit> 2",
    "prompt": "Which of the *three* openings?",
    "points": "10",
}
GONE = object()


class Chooser:
    """An instructor's browser, in the deep linking page."""

    def __init__(self, client: FlaskClient, platform: Platform, **settings: Any) -> None:
        self.client = client
        asked = platform.start(client, CHOOSE)
        claims = platform.claims(asked, CHOOSE)
        claims[SETTINGS] |= settings
        self.settings = {name: value for name, value in claims[SETTINGS].items() if value is not GONE}
        claims[SETTINGS] = self.settings
        self.path = landed(platform.post(client, asked["state"], platform.lms.sign(claims)))

    def form(self) -> dict[str, str]:
        page = self.client.get(self.path, base_url=TOOL).text
        names = "csrf_token|submission"
        return dict(re.findall(rf'<input name="({names})" type="hidden" value="([^"]+)">', page))

    def send(self, form: dict[str, str] | None = None, /, **changes: str) -> TestResponse:
        data = {**(self.form() if form is None else form), **CHOICE, **changes}
        return self.client.post(self.path, data=data, base_url=TOOL)

    def leave(self, form: dict[str, str] | None = None) -> TestResponse:
        return self.client.post(
            f"{self.path}/nothing", data=self.form() if form is None else form, base_url=TOOL
        )

    def claims(self, answer: TestResponse) -> dict[str, Any]:
        """What the platform reads, after it verified the signature with our published keys."""
        assert answer.status_code == 200, answer.text
        token = re.search(r'name="JWT" value="([^"]+)"', answer.text)
        assert token
        keys = jwt.PyJWKSet.from_dict(json.loads(self.client.get("/lti/jwks.json", base_url=TOOL).text))
        key = keys[jwt.get_unverified_header(token[1])["kid"]]
        claims: dict[str, Any] = jwt.decode(
            token[1], key, algorithms=["RS256"], options={"verify_aud": False}
        )
        return claims


@pytest.fixture(autouse=True)
def keys(sessions: Any) -> None:
    with sessions() as session, session.begin():
        ensure_tool_keys(session)


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_answer_by_the_specification(client: FlaskClient, platform: Platform, session: Session) -> None:
    chooser = Chooser(client, platform)
    claims = chooser.claims(chooser.send())
    planned = session.scalars(select(PlannedActivity)).one()
    assert claims["iss"] == "segue"
    assert claims["aud"] == [platform.lms.config.issuer]
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert abs(claims["iat"] - time.time()) < 60
    assert len(claims["nonce"]) >= 32
    assert "sub" not in claims
    assert claims[f"{LTI}deployment_id"] == "deployment-1"
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{DL}data"] == chooser.settings["data"]
    assert claims[f"{DL}content_items"] == [
        {
            "type": "ltiResourceLink",
            "title": CHOICE["title"],
            "text": "Which of the three openings?",
            "url": f"{TOOL}/lti/launch",
            "custom": {"segue_activity": str(planned.id)},
            "lineItem": {
                "scoreMaximum": 10,
                "label": CHOICE["title"],
                "resourceId": str(planned.id),
                "tag": "help",
                "submissionReview": {"reviewableStatus": ["InProgress", "Submitted", "Completed"]},
            },
        }
    ]
    assert (planned.activity, planned.title) == ("help", CHOICE["title"])
    assert planned.settings["prompt"] == CHOICE["prompt"]
    assert planned.course_id is not None


@pytest.mark.parametrize(
    "data", ["", "x", '{"a": "\u00e9 \U0001f600"}', "a\x00b", " \r\n\t", "\\u0041 %41 +&<>'\"", "x" * 20_000]
)
def test_data_comes_back_byte_for_byte(client: FlaskClient, platform: Platform, data: str) -> None:
    chooser = Chooser(client, platform, data=data)
    assert chooser.claims(chooser.send())[f"{DL}data"] == data


@pytest.mark.parametrize("data", [GONE, None])
def test_no_data_comes_back_where_none_was_sent(client: FlaskClient, platform: Platform, data: Any) -> None:
    chooser = Chooser(client, platform, data=data)
    assert f"{DL}data" not in chooser.claims(chooser.send())
    chooser = Chooser(client, platform, data=data)
    assert f"{DL}data" not in chooser.claims(chooser.leave())


@pytest.mark.parametrize(
    ("takes", "points", "expected"),
    [(True, "", None), (False, "10", None), (GONE, "10", None), (True, "5", 5)],
)
def test_a_line_item_only_where_it_is_wanted_on_both_sides(
    client: FlaskClient, platform: Platform, session: Session, takes: Any, points: str, expected: int | None
) -> None:
    chooser = Chooser(client, platform, accept_lineitem=takes)
    [item] = chooser.claims(chooser.send(points=points))[f"{DL}content_items"]
    assert item.get("lineItem", {}).get("scoreMaximum") == expected
    assert session.scalars(select(PlannedActivity)).one().settings.get("points") == expected
    page = client.get(chooser.path, base_url=TOOL).text
    assert ("Points in the gradebook" in page) is (takes is True)


@pytest.mark.parametrize("several", [True, False])
def test_one_item_is_fine_whether_several_are_taken_or_not(
    client: FlaskClient, platform: Platform, *, several: bool
) -> None:
    chooser = Chooser(client, platform, accept_multiple=several)
    assert len(chooser.claims(chooser.send())[f"{DL}content_items"]) == 1


def test_leaving_adds_nothing(client: FlaskClient, platform: Platform, session: Session) -> None:
    chooser = Chooser(client, platform)
    claims = chooser.claims(chooser.leave())
    assert claims[f"{DL}content_items"] == []
    assert claims[f"{DL}data"] == chooser.settings["data"]
    assert not any(name.endswith("msg") for name in claims)
    assert count(session, PlannedActivity) == 0


def test_a_double_click_is_one_activity_and_one_answer(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    chooser = Chooser(client, platform)
    form = chooser.form()
    first, again = (chooser.claims(chooser.send(form)) for _ in range(2))
    assert first == again
    assert count(session, PlannedActivity) == 1


def test_twenty_posts_at_once_are_one_answer(
    app: Flask, client: FlaskClient, platform: Platform, session: Session
) -> None:
    chooser = Chooser(client, platform)
    form = chooser.form()
    cookie = client.get_cookie("segue_launch", domain="127.0.0.1", path=chooser.path.rpartition("/")[0])
    assert cookie

    def send(_: int) -> str:
        browser = app.test_client()
        browser.set_cookie("segue_launch", cookie.value, domain="127.0.0.1", path=cookie.path)
        answer = browser.post(chooser.path, data={**form, **CHOICE}, base_url=TOOL)
        return str(chooser.claims(answer)["nonce"])

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(send, range(20)))) == 1
    assert count(session, PlannedActivity) == 1


def test_another_choice_after_the_answer_is_told_to_begin_again(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    chooser = Chooser(client, platform)
    form = chooser.form()
    chooser.send(form)
    for answer in (chooser.send(form, title="Another"), chooser.leave(form)):
        assert answer.status_code == 409
        assert "Your course has an answer already" in answer.text
        assert "JWT" not in answer.text
    assert count(session, PlannedActivity) == 1


def test_an_answer_that_is_too_old_is_not_given_again(client: FlaskClient, platform: Platform) -> None:
    chooser = Chooser(client, platform)
    form = chooser.form()
    chooser.send(form)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        answer = chooser.send(form)
    assert answer.status_code == 409
    assert "JWT" not in answer.text


def test_each_visit_has_an_answer_of_its_own(client: FlaskClient, platform: Platform) -> None:
    one, two = Chooser(client, platform), Chooser(client, platform)
    first, second = one.claims(one.send()), two.claims(two.send())
    assert first["nonce"] != second["nonce"]
    assert first[f"{DL}data"] == one.settings["data"]
    assert second[f"{DL}data"] == two.settings["data"]


def test_the_page_goes_to_the_platform_by_itself_and_nowhere_else(
    client: FlaskClient, platform: Platform
) -> None:
    chooser = Chooser(client, platform)
    answer = chooser.send()
    policy = answer.headers["Content-Security-Policy"]
    origin = platform.lms.config.issuer
    assert f"form-action 'self' {origin};" in policy
    assert f'action="{origin}/deep-linking/return"' in answer.text
    assert "send_on.js" in answer.text
    assert "Continue to your course" in answer.text
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    other = client.get(chooser.path, base_url=TOOL)
    assert "form-action 'self';" in other.headers["Content-Security-Policy"]


def test_an_address_that_is_not_the_registration_s_is_shown_first(
    client: FlaskClient, platform: Platform
) -> None:
    """Security 37: it goes there only when the person says so."""
    chooser = Chooser(client, platform, deep_link_return_url="https://elsewhere.example/return?a=1")
    answer = chooser.send()
    assert "send_on.js" not in answer.text
    assert "https://elsewhere.example" in answer.text
    assert "make sure that this is your course" in answer.text
    assert "form-action 'self' https://elsewhere.example;" in answer.headers["Content-Security-Policy"]


def test_an_address_with_quotes_is_escaped(client: FlaskClient, platform: Platform) -> None:
    hostile = platform.lms.config.issuer + "/return?x=\"><script>alert(1)</script>&y='onfocus='"
    chooser = Chooser(client, platform, deep_link_return_url=hostile)
    page = chooser.send().text
    assert "<script>alert" not in page
    action = re.search(r'action="([^"]*)"', page)
    assert action
    assert html.unescape(action[1]) == hostile


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ({"title": ""}, "Ask each other"),
        ({"title": "  "}, "Ask each other"),
        ({"title": "Talk it through"}, "Ask each other"),
        ({"title": "", "activity": "discussion"}, "Talk it through"),
        ({"title": "", "activity": "follow_up"}, "Carry it into your work"),
        ({"title": "My own"}, "My own"),
    ],
)
def test_the_title_follows_the_kind_until_somebody_writes_one(
    client: FlaskClient, platform: Platform, sent: dict[str, str], title: str
) -> None:
    chooser = Chooser(client, platform)
    [item] = chooser.claims(chooser.send(**sent))[f"{DL}content_items"]
    assert item["title"] == title


def test_the_platform_s_own_title_stands_there_at_first(client: FlaskClient, platform: Platform) -> None:
    chooser = Chooser(client, platform, title='Unit "3"')
    assert "Unit &#34;3&#34;" in client.get(chooser.path, base_url=TOOL).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"activity": "party"},
        {"activity": ""},
        {"title": "x" * 201},
        {"prompt": "x" * 32_769},
        {"prompt": "|" * 30 + "\n" + "|-" * 30 + "\n" + "|x\n" * 10},
        {"points": "0"},
        {"points": "-1"},
        {"points": "1001"},
        {"points": "ten"},
        {"points": "1e3"},
        {"points": "1_0"},
        {"points": "9" * 5000},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_answered(
    client: FlaskClient, platform: Platform, session: Session, wrong: dict[str, str]
) -> None:
    chooser = Chooser(client, platform)
    answer = chooser.send(**wrong)
    assert answer.status_code == 422
    assert "Nothing was sent yet." in answer.text
    assert "JWT" not in answer.text
    assert html.escape(wrong.get("points", CHOICE["points"]), quote=True) in answer.text
    assert count(session, PlannedActivity) == 0
    assert chooser.send().status_code == 200


def test_a_forged_form_is_refused(client: FlaskClient, platform: Platform, session: Session) -> None:
    chooser = Chooser(client, platform)
    forged = {**chooser.form(), "csrf_token": "x"}
    for answer in (chooser.send(forged), chooser.leave(forged)):
        assert answer.status_code == 422
        assert "another visit" in answer.text
        assert "JWT" not in answer.text
    assert count(session, PlannedActivity) == 0


def test_whoever_is_a_learner_by_now_chooses_nothing(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    chooser = Chooser(client, platform)
    form = chooser.form()
    session.execute(update(Launch).values(role=Role.LEARNER))
    session.commit()
    assert chooser.send(form).status_code == 404
    assert chooser.leave(form).status_code == 404
    assert client.get(chooser.path, base_url=TOOL).status_code == 404


def test_the_queries_of_the_page_and_of_the_answer(
    client: FlaskClient, platform: Platform, count_queries: QueryCounter
) -> None:
    chooser = Chooser(client, platform)
    form = chooser.form()
    with count_queries() as queries:
        client.get(chooser.path, base_url=TOOL)
    assert len(queries) == 1
    with count_queries() as queries:
        assert chooser.send(form).status_code == 200
    # The session, the launch's row, its answer, the activity, the key.
    assert len(queries) == 5


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
    assert "<em>three</em>" not in client.get(answer, base_url=TOOL).text


def test_what_staff_changed_stays_at_the_next_launch(
    client: FlaskClient, platform: Platform, session: Session
) -> None:
    planned_id = planned(client, platform)
    first_launch(client, platform, {"segue_activity": planned_id})
    session.execute(update(Placement).values(activity="discussion", settings={}))
    session.commit()
    answer = first_launch(client, platform, {"segue_activity": planned_id})
    assert answer.endswith("/threads")

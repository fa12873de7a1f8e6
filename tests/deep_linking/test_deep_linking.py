"""Deep linking over HTTP: from the platform's request to its signed answer."""

import html
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.core.actor import Role
from lti_tool.courses.models import PlannedActivity
from lti_tool.launch.models import Launch
from tests.conftest import QueryCounter
from tests.deep_linking.choosing import CHOICE, DL, GONE, LTI, Chooser, count
from tests.launch.platform import TOOL, Platform


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
    sent = chooser.claims(chooser.send())
    left = (chooser := Chooser(client, platform, data=data)).claims(chooser.leave())
    for claims in (sent, left):
        assert f"{DL}content_items" in claims
        assert f"{DL}data" not in claims


@pytest.mark.parametrize(
    ("takes", "points", "expected"),
    [(True, "", None), (False, "10", None), (GONE, "10", 10), (None, "10", 10), (True, "5", 5)],
)
def test_a_line_item_where_points_are_given_and_the_platform_does_not_decline(
    client: FlaskClient, platform: Platform, session: Session, takes: Any, points: str, expected: int | None
) -> None:
    chooser = Chooser(client, platform, accept_lineitem=takes)
    [item] = chooser.claims(chooser.send(points=points))[f"{DL}content_items"]
    assert item.get("lineItem", {}).get("scoreMaximum") == expected
    assert session.scalars(select(PlannedActivity)).one().settings.get("points") == expected
    page = client.get(chooser.path, base_url=TOOL).text
    assert ("Points in the gradebook" in page) is (takes is not False)
    assert "submissionReview" in item.get("lineItem", {"submissionReview": None})


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
        assert "This page was used already" in answer.text
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
    assert "Please check that this is your course" in answer.text
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
    assert "Your form was not sent." in answer.text
    assert "JWT" not in answer.text
    assert html.escape(wrong.get("points", CHOICE["points"]), quote=True) in answer.text
    assert count(session, PlannedActivity) == 0
    assert chooser.send().status_code == 200


def test_a_forged_form_is_refused(client: FlaskClient, platform: Platform, session: Session) -> None:
    chooser = Chooser(client, platform)
    forged = {**chooser.form(), "csrf_token": "x"}
    for answer in (chooser.send(forged), chooser.leave(forged)):
        assert answer.status_code == 422
        assert "an earlier session" in answer.text
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

"""The pages that people see, and what every answer has in its headers."""

import pytest
from flask.testing import FlaskClient

from lti_tool.demo.lms import Launch, Lms
from lti_tool.demo.lms.catalogue import PEOPLE, Course
from tests.demo.tool_stand_in import fields_of

ANA, *_, INES = PEOPLE
COURSE = "/courses/difficult-conversations"


def test_home_is_honest_and_lets_people_choose(visitor: FlaskClient) -> None:
    home = visitor.get("/")
    assert "anybody can be anybody" in home.text
    assert all(person.name in home.text for person in PEOPLE)
    entered = visitor.get("/enter", query_string={"person": "ana", "course": "difficult-conversations"})
    assert (entered.status_code, entered.headers["Location"]) == (302, f"{COURSE}/as/ana")
    assert visitor.get("/enter").status_code == 404


def test_the_address_says_who_one_is(visitor: FlaskClient) -> None:
    ana, ines = visitor.get(f"{COURSE}/as/ana"), visitor.get(f"{COURSE}/as/ines")
    assert "Ana Ruiz" in ana.text
    assert "Practice swap" in ana.text
    assert "Add an activity" not in ana.text
    assert "Add an activity with Segue" in ines.text
    assert "Set-Cookie" not in ana.headers


def test_an_activity_opens_the_tool_in_a_frame(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    page = visitor.get(f"{COURSE}/as/ana/activities/{course.links[0].id}")
    assert f'action="{lms.config.tool_url}/lti/login"' in page.text
    assert 'target="tool-frame"' in page.text
    assert f'data-tool-origin="{lms.config.tool_origin}"' in page.text
    fields = fields_of(page)
    assert fields["login_hint"] == ANA.sub
    assert fields["iss"] == lms.config.issuer
    assert fields["target_link_uri"] == lms.config.tool_launch_url
    begun = lms.launches.take(fields["lti_message_hint"])
    assert begun == Launch(person=ANA, course=course, link=course.links[0])


def test_an_activity_opens_in_a_window_of_its_own(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    page = visitor.get(f"{COURSE}/as/ana/activities/{course.links[0].id}/window")
    assert "target=" not in page.text
    begun = lms.launches.take(fields_of(page)["lti_message_hint"])
    assert begun
    assert begun.document_target == "window"


def test_only_instructors_add_activities(visitor: FlaskClient, lms: Lms) -> None:
    page = visitor.get(f"{COURSE}/as/ines/add")
    begun = lms.launches.take(fields_of(page)["lti_message_hint"])
    assert begun
    assert begun.message_type == "LtiDeepLinkingRequest"
    assert visitor.get(f"{COURSE}/as/ana/add").status_code == 403
    assert visitor.get(f"{COURSE}/as/priya/add").status_code == 403


def test_the_gradebook_shows_scores_escaped(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    item_id = next(iter(lms.state.line_items(course)))
    score = {
        "userId": ANA.sub,
        "timestamp": "2026-05-03T09:12:00.5Z",
        "scoreGiven": 3,
        "scoreMaximum": 4,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": "<script>",
    }
    lms.state.put_score(course, item_id, score)
    page = visitor.get(f"{COURSE}/gradebook?as=ana")
    for shown in ("Practice swap", "7.5", "3 May 2026, 09:12:00 UTC", "&lt;script&gt;", "Nothing sent yet"):
        assert shown in page.text
    lms.state.delete_line_item(course, item_id)
    assert "no columns" in visitor.get(f"{COURSE}/gradebook").text


@pytest.mark.parametrize(
    "path",
    [
        "/courses/nothing/as/ana",
        f"{COURSE}/as/nobody",
        f"{COURSE}/as/ana/activities/nothing",
        f"{COURSE}/as/nobody/activities/nothing/window",
        f"{COURSE}/as/nobody/add",
        f"{COURSE}/gradebook?as=nobody",
        "/courses/nothing/gradebook",
        "/courses/%00/as/%ff",
        "/static/../app.py",
        "/nothing",
    ],
)
def test_wrong_addresses_get_a_page(visitor: FlaskClient, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 404
    assert "<h1>Not Found</h1>" in response.text


def test_every_page_has_a_strict_policy(visitor: FlaskClient, lms: Lms) -> None:
    for path in ("/", f"{COURSE}/as/ana", "/nothing", "/jwks.json"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert (
            f"form-action 'self' {lms.config.tool_origin}; frame-src 'self' {lms.config.tool_origin}"
            in policy
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["lms.css", "icon.svg", "frame.js", "storage.js", "submit.js", "leave_frame.js"]
)
def test_static_files_are_the_lms_own(visitor: FlaskClient, name: str) -> None:
    with visitor.get(f"/static/{name}") as response:
        assert response.status_code == 200


def test_the_key_set_holds_no_private_part(visitor: FlaskClient) -> None:
    [key] = visitor.get("/jwks.json").get_json()["keys"]
    assert set(key) == {"e", "n", "kty", "kid", "alg", "use"}
    assert (key["alg"], key["use"]) == ("RS256", "sig")

"""Names and Role Provisioning Service."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lti_tool.demo.lms.catalogue import PEOPLE, Course
from lti_tool.demo.lms.vocabulary import (
    INSTRUCTOR,
    LEARNER,
    LTI,
    MEMBERSHIP_CONTAINER,
    SCOPE_MEMBERSHIP_READ,
    SCOPE_SCORE,
)

Bearer = Callable[..., dict[str, str]]
URL = "/nrps/difficult-conversations/memberships"


@pytest.fixture
def reader(bearer: Bearer) -> dict[str, str]:
    return bearer(SCOPE_MEMBERSHIP_READ)


def test_the_roster_has_everybody(visitor: FlaskClient, reader: dict[str, str], course: Course) -> None:
    response = visitor.get(URL, headers=reader)
    roster = response.get_json()
    assert response.mimetype == MEMBERSHIP_CONTAINER
    assert roster["context"] == {"id": course.context_id, "label": course.label, "title": course.title}
    assert [member["user_id"] for member in roster["members"]] == [person.sub for person in PEOPLE]
    assert roster["members"][0]["roles"] == [LEARNER]
    assert "Link" not in response.headers


def test_pages_follow_a_case_sensitive_cursor(visitor: FlaskClient, reader: dict[str, str]) -> None:
    url, seen, pages = f"{URL}?limit=2", list[str](), 0
    while url:
        response = visitor.get(url, headers=reader)
        seen += [member["name"] for member in response.get_json()["members"]]
        pages += 1
        link = response.headers.get("Link", "")
        assert not link or link.endswith('; rel="next"')
        url = link.partition(">")[0].removeprefix("<http://lms.test")
    assert (pages, seen) == (3, [person.name for person in PEOPLE])
    lowered = visitor.get(f"{URL}?limit=2", headers=reader).headers["Link"].partition(">")[0].lower()
    assert visitor.get(lowered.removeprefix("<http://lms.test"), headers=reader).status_code == 400


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (LEARNER, ["Ana", "Tom", "Yusuf"]),
        ("Learner", ["Ana", "Tom", "Yusuf"]),
        (INSTRUCTOR, ["Priya", "Ines"]),
        ("Mentor", []),
        ("", []),
    ],
)
def test_roles_filter(visitor: FlaskClient, reader: dict[str, str], role: str, names: list[str]) -> None:
    members = visitor.get(URL, query_string={"role": role}, headers=reader).get_json()["members"]
    assert [member["given_name"] for member in members] == names


def test_a_resource_link_adds_its_message(
    visitor: FlaskClient, reader: dict[str, str], course: Course
) -> None:
    members = visitor.get(URL, query_string={"rlid": course.links[0].id}, headers=reader).get_json()[
        "members"
    ]
    assert "resource_link_history" in members[0]["message"][0][f"{LTI}custom"]
    assert visitor.get(URL, query_string={"rlid": "x"}, headers=reader).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=²",
        "limit=" + "9" * 5000,
        "page=",
        "page=x",
        "page=é",
        "page=LTE",
    ],
)
def test_odd_pages_are_refused(visitor: FlaskClient, reader: dict[str, str], query: str) -> None:
    response = visitor.get(f"{URL}?{query}", headers=reader)
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")


def test_tokens_and_media_types_are_checked(
    visitor: FlaskClient, reader: dict[str, str], bearer: Bearer
) -> None:
    assert visitor.get(URL).status_code == 401
    assert visitor.get(URL).headers["WWW-Authenticate"].startswith("Bearer ")
    assert visitor.get(URL, headers={"Authorization": "Bearer made-up"}).status_code == 401
    assert visitor.get(URL, headers={"Authorization": "Basic YTpi"}).status_code == 401
    assert visitor.get(URL, headers={"Authorization": "Bearer"}).status_code == 401
    assert visitor.get(URL, headers=bearer(SCOPE_SCORE)).status_code == 403
    assert visitor.get("/nrps/nothing/memberships", headers=reader).status_code == 404
    assert visitor.get(URL, headers=reader | {"Accept": "text/html"}).status_code == 406
    assert visitor.get(URL, headers=reader | {"Accept": MEMBERSHIP_CONTAINER}).status_code == 200
    assert visitor.post(URL, headers=reader).status_code == 405

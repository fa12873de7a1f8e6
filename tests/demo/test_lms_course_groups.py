"""Course Groups Service of the demo LMS."""

from collections.abc import Callable

from flask.testing import FlaskClient

from lti_tool.demo.lms.catalogue import PEOPLE, Course
from lti_tool.demo.lms.vocabulary import GROUP_CONTAINER, SCOPE_GROUP_READ, SCOPE_MEMBERSHIP_READ

Bearer = Callable[..., dict[str, str]]
GROUPS = "/groups/difficult-conversations/groups"
SETS = "/groups/difficult-conversations/sets"
ROSTER = "/nrps/difficult-conversations/memberships"


def test_groups_and_their_sets(visitor: FlaskClient, bearer: Bearer, course: Course) -> None:
    reader = bearer(SCOPE_GROUP_READ)
    answer = visitor.get(GROUPS, headers=reader)
    assert answer.mimetype == GROUP_CONTAINER
    assert [group["name"] for group in answer.get_json()["groups"]] == ["Morning pair", "Evening group"]
    (only,) = visitor.get(SETS, headers=reader).get_json()["sets"]
    assert {group["set_id"] for group in answer.get_json()["groups"]} == {only["id"]}


def test_the_roster_tells_of_groups_when_asked(visitor: FlaskClient, bearer: Bearer, course: Course) -> None:
    reader = bearer(SCOPE_MEMBERSHIP_READ)
    members = visitor.get(f"{ROSTER}?groups=true&limit=2", headers=reader)
    assert "groups=true" in members.headers["Link"]
    first = members.get_json()["members"][0]
    assert first["user_id"] == PEOPLE[0].sub
    assert first["group_enrollments"] == [{"group_id": course.groups[0].id}]
    assert "group_enrollments" not in visitor.get(ROSTER, headers=reader).get_json()["members"][0]


def test_a_token_for_the_groups_is_needed(visitor: FlaskClient, bearer: Bearer) -> None:
    for url in (GROUPS, SETS):
        assert visitor.get(url).status_code == 401
        assert visitor.get(url, headers=bearer(SCOPE_MEMBERSHIP_READ)).status_code == 403
    assert visitor.get("/groups/nothing/groups", headers=bearer(SCOPE_GROUP_READ)).status_code == 404

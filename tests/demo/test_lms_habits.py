"""The demo LMS as Moodle, Canvas and the others: what it sends then."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from lti_tool.demo.lms import Launch, Lms
from lti_tool.demo.lms.catalogue import PEOPLE, Course
from lti_tool.demo.lms.habits import Habits, known_habits
from lti_tool.demo.lms.vocabulary import (
    AGS_ENDPOINT,
    DEEP_LINKING,
    GROUPS_SERVICE,
    LTI,
    NRPS_SERVICE,
    SCOPE_MEMBERSHIP_READ,
)
from lti_tool.platforms.lms import habits_of
from tests.demo.test_lms_roster import URL as ROSTER
from tests.demo.tool_stand_in import Tool, fields_of

ANA, TOM, YUSUF, PRIYA, INES = PEOPLE
SETTINGS = f"{DEEP_LINKING}deep_linking_settings"
KEYS = [key for key in known_habits() if key]
COURSE = "/courses/difficult-conversations"


def claims(lms: Lms, launch: Launch) -> dict[str, Any]:
    return lms.launch_claims(launch, "n")


def choose(visitor: FlaskClient, key: str) -> None:
    assert visitor.post("/habits", data={"habits": key}).status_code == 303


def test_a_person_chooses_on_the_first_page(visitor: FlaskClient, lms: Lms) -> None:
    home = visitor.get("/").text
    assert "behaves as <b>the specifications say</b>" in home
    for key in KEYS:
        assert known_habits()[key].name in home
    choose(visitor, "moodle")
    assert "behaves as <b>Moodle</b>" in visitor.get("/").text
    assert "behaves as Moodle" in visitor.get(f"{COURSE}/as/ana").text
    assert lms.habits.key == "moodle"
    assert type(lms)(lms.config).habits.key == "moodle"  # also after a restart
    choose(visitor, "")
    assert lms.habits.plain
    assert visitor.post("/habits", data={"habits": "another"}).status_code == 404
    assert visitor.post("/habits").status_code == 404


def test_each_file_says_where_it_was_seen() -> None:
    names = [habits.name for habits in known_habits().values()]
    assert len(set(names)) == len(names) == 8
    for key in KEYS:
        habits = known_habits()[key]
        assert habits.hint
        assert habits.sources
        assert set(habits.services) <= set(Habits().services)
        assert set(habits.messages) <= set(Habits().messages)


@pytest.mark.parametrize("key", KEYS)
def test_the_tool_knows_which_it_is(visitor: FlaskClient, lms: Lms, course: Course, key: str) -> None:
    choose(visitor, key)
    said = claims(lms, Launch(person=TOM, course=course, link=course.links[0]))
    family = said.get(f"{LTI}tool_platform", {}).get("product_family_code", "")
    product = {"moodle-by-hand": "Moodle", "openedx": "LMS"}.get(key, known_habits()[key].name)
    assert habits_of("https://lms.example", family=family).product == product


@pytest.mark.parametrize("key", KEYS)
def test_services_that_it_lacks_are_in_no_message(
    visitor: FlaskClient, lms: Lms, course: Course, key: str
) -> None:
    choose(visitor, key)
    said = claims(lms, Launch(person=TOM, course=course, link=course.links[0]))
    services = known_habits()[key].services
    for name, claim in {"grades": AGS_ENDPOINT, "roster": NRPS_SERVICE, "groups": GROUPS_SERVICE}.items():
        assert (claim in said) is (name in services), name


def test_moodle(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    choose(visitor, "moodle")
    plain, graded = (claims(lms, Launch(person=PRIYA, course=course, link=link)) for link in course.links)
    assert plain["exp"] - plain["iat"] == 60
    assert plain[AGS_ENDPOINT]["lineitem"] == ""
    assert "/lineitems/" in graded[AGS_ENDPOINT]["lineitem"]
    assert plain[f"{LTI}roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
    assert plain[f"{LTI}custom"]["resource_link_history"] == "$ResourceLink.id.history"
    assert plain[f"{LTI}custom"]["context_history"] == ""
    assert plain[f"{LTI}context"]["type"] == ["CourseSection"]
    assert plain[f"{LTI}launch_presentation"]["locale"] == "en"
    assert plain[f"{LTI}ext"] == {"user_username": "priya", "lms": "moodle-2"}
    assert not {"email", "locale", GROUPS_SERVICE, f"{LTI}platformnotificationservice"} & plain.keys()
    assert "lti_storage_target" not in lms.login_fields(Launch(person=ANA, course=course, link=None))
    asked = claims(lms, Launch(person=INES, course=course, link=None))[SETTINGS]
    assert not {"data", "accept_lineitem"} & asked.keys()
    assert asked["accept_copy_advice"] is False


def test_moodle_reviews_in_three_ways(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    choose(visitor, "moodle")
    [item_id] = lms.state.line_items(course)
    assert "Review all" in visitor.get(f"{COURSE}/gradebook?as=ines").text
    assert "Review all" not in visitor.get(f"{COURSE}/gradebook?as=ana").text
    assert "what Ana Ruiz did" in visitor.get(f"{COURSE}/gradebook?as=ana").text
    assert "what Tom Becker did" not in visitor.get(f"{COURSE}/gradebook?as=ana").text

    def review(path: str) -> dict[str, Any]:
        begun = lms.launches.take(fields_of(visitor.get(f"{COURSE}/as/{path}"))["lti_message_hint"])
        assert begun
        return claims(lms, begun)

    column = review(f"ines/review/{item_id}")
    assert column[f"{LTI}message_type"] == "LtiSubmissionReviewRequest"
    assert f"{LTI}for_user" not in column
    assert "lineitem" in column[AGS_ENDPOINT]
    other = review(f"ines/review/{item_id}/tom")
    assert other[f"{LTI}for_user"] == {"user_id": TOM.sub}
    assert review(f"ana/review/{item_id}/ana")[f"{LTI}for_user"] == {"user_id": ANA.sub}
    assert visitor.get(f"{COURSE}/as/ana/review/{item_id}/tom").status_code == 403
    assert visitor.get(f"{COURSE}/as/ana/review/{item_id}").status_code == 403
    # With a second column it says no more which one.
    lms.state.add_line_item(course, {**lms.state.line_item(course, item_id)})  # type: ignore[dict-item]
    assert "lineitem" not in review(f"ines/review/{item_id}/tom")[AGS_ENDPOINT]
    choose(visitor, "")
    assert "lineitem" in review(f"ines/review/{item_id}/tom")[AGS_ENDPOINT]
    assert visitor.get(f"{COURSE}/as/ines/review/{item_id}").status_code == 403


def test_moodle_by_hand_tells_no_names(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    choose(visitor, "moodle-by-hand")
    said = claims(lms, Launch(person=TOM, course=course, link=course.links[0]))
    assert "Becker" not in json.dumps(said)
    assert "tom" not in json.dumps(said[f"{LTI}ext"])


def test_canvas(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    choose(visitor, "canvas")
    said = claims(lms, Launch(person=TOM, course=course, link=course.links[0]))
    assert said[f"{LTI}lis"]["person_sourcedid"] is None
    assert said[f"{LTI}context"]["errors"] == {"errors": {}}
    assert said[f"{LTI}context"]["id"] == course.context_id
    assert said["azp"] == said["aud"]
    assert len(said[f"{LTI}roles"]) == 3
    assert (said["locale"], said[f"{LTI}launch_presentation"]["locale"]) == ("en", "en")
    fields = lms.login_fields(Launch(person=TOM, course=course, link=None))
    assert fields["canvas_region"] == "us-east-1"
    asked = claims(lms, Launch(person=INES, course=course, link=None))[SETTINGS]
    assert not {"data", "accept_lineitem"} & asked.keys()
    assert (asked["accept_multiple"], asked["validation_context"]) == (False, None)


def test_brightspace_blackboard_sakai_and_open_edx(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    copied = lms.state.courses()[1]
    choose(visitor, "brightspace")
    said = claims(lms, Launch(person=TOM, course=copied, link=copied.links[0]))
    assert said[f"{LTI}custom"]["context_history"] == "$Context.id.history"
    assert said["http://www.brightspace.com"]["username"] == "tom"
    choose(visitor, "blackboard")
    said = claims(lms, Launch(person=TOM, course=copied, link=copied.links[0]))
    assert said[f"{LTI}launch_presentation"]["locale"] == "en_GB"
    assert said["locale"] == "en-GB"
    assert said[f"{LTI}custom"]["context_history"] == copied.history[0]
    choose(visitor, "sakai")
    said = claims(lms, Launch(person=INES, course=copied, link=copied.links[0]))
    assert said[f"{LTI}role_extensions"] == {"sakai": ["Instructor"]}
    assert said["locale"] == "pt_PT"
    choose(visitor, "openedx")
    said = claims(lms, Launch(person=INES, course=course, link=course.links[0]))
    assert said[f"{LTI}resource_link"] == {"id": course.links[0].id}
    assert not {"name", "locale", f"{LTI}tool_platform"} & said.keys()
    assert said[f"{LTI}custom"] == {}


def test_messages_that_it_lacks_have_no_page(visitor: FlaskClient, lms: Lms, course: Course) -> None:
    [item_id] = lms.state.line_items(course)
    choose(visitor, "canvas")
    assert "Data that Segue keeps about you" not in visitor.get(f"{COURSE}/as/ana").text
    assert "Review" not in visitor.get(f"{COURSE}/gradebook?as=ines").text
    for path in ("ana/privacy", f"ines/review/{item_id}/tom", f"ines/review/{item_id}"):
        refused = visitor.get(f"{COURSE}/as/{path}")
        assert (refused.status_code, "no such message" in refused.text) == (404, True)


def test_the_roster_calls_people_otherwise(
    visitor: FlaskClient, lms: Lms, bearer: Any, course: Course
) -> None:
    choose(visitor, "moodle")
    members = {
        one["user_id"]: one
        for one in visitor.get(ROSTER, headers=bearer(SCOPE_MEMBERSHIP_READ)).get_json()["members"]
    }
    assert members[PRIYA.sub]["roles"] == ["Learner"]
    assert members[INES.sub]["roles"] == ["Instructor"]
    assert "email" not in members[ANA.sub]
    assert members[ANA.sub]["lis_person_sourcedid"] == ""
    assert len(members) == len(PEOPLE)
    assert course.key
    assert lms.habits.key == "moodle"


@pytest.mark.parametrize("key", ["moodle", "canvas"])
def test_a_choice_without_data_comes_back_by_its_address(
    visitor: FlaskClient, lms: Lms, tool: Tool, course: Course, key: str
) -> None:
    choose(visitor, key)
    asked = claims(lms, Launch(person=INES, course=course, link=None))[SETTINGS]
    address = asked["deep_link_return_url"].removeprefix(lms.config.issuer)
    answer = {
        "iss": lms.config.client_id,
        "aud": lms.config.issuer,
        "iat": claims(lms, Launch(person=INES, course=course, link=None))["iat"],
        "exp": claims(lms, Launch(person=INES, course=course, link=None))["iat"] + 300,
        "nonce": "once",
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "deployment-1",
        f"{DEEP_LINKING}content_items": [{"type": "ltiResourceLink", "title": "Chosen"}],
    }
    before = len(lms.state.links(course))
    assert visitor.post("/deep-linking/return", data={"JWT": tool.sign(answer)}).status_code == 400
    answer["nonce"] = "twice"
    assert visitor.post(address, data={"JWT": tool.sign(answer)}).status_code == 200
    assert len(lms.state.links(course)) == before + 1

"""Legal launches, usual and odd. Those of each LMS by name are in tests/platforms/lms."""

from functools import partial
from typing import Any

from lti_tool.launch.models import LaunchKind
from tests.contract.launches.recorded import RECORDED
from tests.contract.launches.refused_messages import GRADES, SETTINGS, open_activity
from tests.contract.launches.rows import Accepted
from tests.launch.platform import GONE, LAUNCHES, LTI, Now

OF_COURSE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
OF_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
OF_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
INES = LAUNCHES["review"].person
MARKUP = "<script>alert(1)</script>\u202e\x00\ud800"


def _with_roles(name: str, *roles: str, role: str = "learner", numbers: str = "44", **more: Any) -> Accepted:
    return Accepted(name, numbers, {LTI + "roles": list(roles)}, role=role, **more)


def _named(row: str, **changes: Any) -> Accepted:
    return Accepted(row, "", changes)


ACTIVITIES: tuple[Accepted, ...] = (
    Accepted("as the specification has it"),
    Accepted("audience as a list of us alone", "14v", {"aud": ["segue"]}),
    Accepted("audience list with us first, azp us", "14v", {"aud": ["segue", "other"], "azp": "segue"}),
    Accepted("audience list with us second, azp us", "31", {"aud": ["other", "segue"], "azp": "segue"}),
    Accepted("single audience with azp us", "33", {"azp": "segue"}),
    Accepted("just inside the leeway", "28", {"exp": Now(-45), "iat": Now(-300)}),
    Accepted("clock 30 s ahead", "54", {"iat": Now(30), "exp": Now(300)}),
    Accepted("nbf within the leeway", "30", {"nbf": Now(30)}),
    Accepted("a life of an hour", "29", {"exp": Now(3600)}),
    Accepted("no client id at login", "55", login={"client_id": None}),
    Accepted("no deployment at login", "42", login={"lti_deployment_id": None}),
    Accepted("no message hint", "55", login={"lti_message_hint": None}),
    Accepted("a storage target that is no name", "", login={"lti_storage_target": "<script>"}),
    _with_roles("no roles"),
    _with_roles("unknown role", "https://example.org/roles#Wizard"),
    _with_roles("short Learner", "Learner"),
    _with_roles("short Instructor", "Instructor", role="instructor"),
    _with_roles("short roles of both", "Instructor", "Learner", role="instructor"),
    _with_roles("Instructor and Learner", OF_COURSE + "Instructor", OF_COURSE + "Learner", role="instructor"),
    _with_roles("assistant beside Instructor", ASSISTANT, OF_COURSE + "Instructor", role="assistant"),
    _with_roles("mentor", OF_COURSE + "Mentor", role="observer"),
    _with_roles("administrator of the course", OF_COURSE + "Administrator", role="instructor"),
    _with_roles("instructor of the institution alone", OF_INSTITUTION + "Instructor"),
    _with_roles("administrator of the system alone", OF_SYSTEM + "Administrator"),
    _with_roles("somebody made up for trying", OF_COURSE + "Learner", TEST_USER, numbers="59", is_test=True),
    _named("no name, no mail", name=GONE, given_name=GONE, family_name=GONE, email=GONE),
    _named("only mail", name=GONE, given_name=GONE, family_name=GONE),
    _named("only names", email=GONE),
    _named("names of parts", name=GONE),
    _named("null name", name=None),
    Accepted("mail and no course", "", {"name": GONE, LTI + "context": GONE}),
    Accepted("no context", "", {LTI + "context": GONE}),
    Accepted("context without title", "", {LTI + "context": {"id": "c"}}),
    Accepted("no title of the link", "", {LTI + "resource_link": {"id": "r"}}),
    Accepted("null title of the link", "", {LTI + "resource_link": {"id": "r", "title": None}}),
    Accepted("link id of 255 characters", "45", {LTI + "resource_link": {"id": "x" * 255}}),
    Accepted("sub of 255 characters", "S17", {"sub": "x" * 255}),
    Accepted("no platform claim", "", {LTI + "tool_platform": GONE}),
    Accepted("no presentation", "", {LTI + "launch_presentation": GONE}),
    Accepted("a locale that is none", "", {LTI + "launch_presentation": {"locale": "../../etc"}}),
    Accepted("a return address that is a script", "S37",
             {LTI + "launch_presentation": {"return_url": "javascript:alert(1)"}}),
    Accepted("a return address with a NUL", "46 51",
             {LTI + "launch_presentation": {"return_url": "https://lms.example/\x00"}}),
    Accepted("a return address with half a character", "46 51",
             {LTI + "launch_presentation": {"return_url": "https://lms.example/\ud800"}}),
    Accepted("unsubstituted custom", "60", {LTI + "custom": {"history": "$ResourceLink.id.history"}}),
    Accepted("numbers in custom, and nested", "46", {LTI + "custom": {"n": 3, "deep": {"er": [1]}}}),
    Accepted("no custom", "", {LTI + "custom": GONE}),
    Accepted("custom a string", "46", {LTI + "custom": "x"}),
    Accepted("custom a list", "46", {LTI + "custom": ["x"]}),
    Accepted("context a list", "46", {LTI + "context": ["x"]}),
    Accepted("context without id", "46", {LTI + "context": {"title": "x"}}),
    Accepted("context with an empty id", "46", {LTI + "context": {"id": ""}}),
    Accepted("name a number", "46", {"name": 7}),
    Accepted("presentation a list", "46", {LTI + "launch_presentation": ["x"]}),
    Accepted("platform a string", "46", {LTI + "tool_platform": "x"}),
    Accepted("a token id that is a number", "46", {"jti": 7}),
    Accepted("a grade scope with a NUL", "46", {GRADES: {"scope": ["a\0b"]}}),
    Accepted("a grade scope of half a character", "46", {GRADES: {"scope": ["a\ud800"]}}),
    Accepted("no grade scope", "46", {GRADES: {"lineitem": "https://lms.example/items/1"}}),
    Accepted("a group scope with a NUL", "46",
             {GROUPS: {"scope": ["a\0b"], "context_groups_url": "https://lms.example/groups"}}),
    Accepted("claims that nobody knows", "", {"https://example.org/claim": {"x": ["y"]}}),
    Accepted("hostile words", "51",
             {"name": MARKUP, LTI + "resource_link": {"id": "r", "title": "'\"><img src=x onerror=1>"},
              LTI + "context": {"id": "c", "title": MARKUP}, LTI + "custom": {"x": MARKUP}}),
    Accepted("very long words", "51",
             {"name": "x" * 10_000, LTI + "resource_link": {"id": "r", "title": "y" * 10_000}}),
)  # fmt: skip

_chosen = partial(
    Accepted, message="choose", kind=LaunchKind.DEEP_LINKING, page="deep-linking", role="instructor"
)
_reviewed = partial(
    Accepted,
    message="review",
    kind=LaunchKind.SUBMISSION_REVIEW,
    page="review",
    role="instructor",
    before=open_activity,
)
_asked = partial(Accepted, message="privacy", kind=LaunchKind.DATA_PRIVACY, page="privacy")
SOMEBODY_ELSE = {LTI + "for_user": {"user_id": "somebody-else"}}

MESSAGES: tuple[Accepted, ...] = (
    _chosen("deep linking", "61"),
    _chosen("deep linking outside any course", "", {LTI + "context": GONE}),
    _chosen("deep linking by an assistant", "64", {LTI + "roles": [ASSISTANT]}, role="assistant"),
    _chosen("deep linking without data", "65", {SETTINGS + "#data": GONE}),
    _chosen("flags as words", "", {SETTINGS + "#accept_lineitem": "true"}),
    _chosen("links and other things are accepted", "63",
            {SETTINGS + "#accept_types": ["link", "file", "ltiResourceLink"]}),
    _chosen("data a number", "65", {SETTINGS + "#data": 7}),
    _reviewed("submission review", "68 69"),
    _reviewed("review without a person", "68", {LTI + "for_user": GONE}, page="grades"),
    _reviewed("review of nobody's id", "68", {LTI + "for_user": {"name": "Ana"}}, page="grades"),
    _reviewed("review of an empty id", "68", {LTI + "for_user": {"user_id": ""}}, page="grades"),
    _reviewed("review of a number", "68", {LTI + "for_user": {"user_id": 7}}, page="grades"),
    _reviewed("review without the grade service", "69", {GRADES: GONE}),
    _reviewed("review without a line item", "69", {GRADES + "#lineitem": GONE}),
    _reviewed("review with a line item of null", "69", {GRADES + "#lineitem": None}),
    _reviewed("a learner reviews themselves", "70",
              {LTI + "roles": [OF_COURSE + "Learner"], LTI + "for_user": {"user_id": INES.sub}},
              role="learner"),
    _reviewed("a learner reviews, and nobody is named", "68 70",
              {LTI + "roles": [OF_COURSE + "Learner"], LTI + "for_user": GONE}, role="learner"),
    _reviewed("review without a link", "69", {LTI + "resource_link": GONE}),
    _reviewed("review with a link of SpeedGrader's", "69", {LTI + "resource_link": {"id": "course"}}),
    _reviewed("review with a new line item", "69", {GRADES + "#lineitem": "https://lms.example/never-seen"}),
    _reviewed("review by an assistant", "70", {LTI + "roles": [ASSISTANT]}, role="assistant"),
    _asked("data privacy", "71 72"),
    _asked("privacy of somebody else, by the institution's administrator", "72",
           {**SOMEBODY_ELSE, LTI + "roles": [OF_INSTITUTION + "Administrator"]}),
    _asked("privacy of somebody else, by the system's administrator", "72",
           {**SOMEBODY_ELSE, LTI + "roles": [OF_SYSTEM + "Administrator"]}),
    _asked("privacy with a course and a link of null", "71",
           {LTI + "context": None, LTI + "resource_link": None}),
    _asked("privacy without presentation", "", {LTI + "launch_presentation": GONE, "locale": GONE}),
)  # fmt: skip

ACCEPTED = ACTIVITIES + MESSAGES + RECORDED

"""Deep linking, submission review and data privacy launches that are wrong; the platform signed them all.

Who may send one, and what it is about, is asked last (`is_held`): when the browser has proven itself.
"""

from functools import partial

from lti_tool.demo.lms import Launch
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.launch.errors import Advice
from tests.contract.launches.rows import Refused
from tests.launch.platform import GONE, GRADED, LTI, Platform

SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
RETURN = SETTINGS + "#deep_link_return_url"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
OF_COURSE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LEARNER = OF_COURSE + "Learner"
OF_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
ANA, TOM = PEOPLE[0], PEOPLE[1]


def open_activity(platform: Platform) -> None:
    """Somebody works in the activity, so that there is something to review."""
    platform.launch(platform.app.test_client(), Launch(person=ANA, course=COURSES[0], link=GRADED))


def _nobody(_platform: Platform) -> None:
    """Nobody has been there."""


_choose = partial(Refused, message="choose")
_review = partial(Refused, message="review", before=open_activity)
_privacy = partial(Refused, message="privacy")

MESSAGES: tuple[Refused, ...] = (
    _choose("deep linking without settings", "61", "claims_invalid", {SETTINGS: GONE}),
    _choose("deep linking settings a string", "", "claims_invalid", {SETTINGS: "x"}),
    _choose("no return address", "62", "claims_invalid", {RETURN: GONE}),
    _choose("a script as return address", "S37", "deep_linking_return_url",
            {RETURN: "javascript:alert(1)//https://lms.example"}, is_held=True),
    _choose("a return address without a host", "", "deep_linking_return_url",
            {RETURN: "https:///x"}, is_held=True),
    _choose("a return address with backslashes", "S37", "deep_linking_return_url",
            {RETURN: "https://evil.test\\@lms.example/"}, is_held=True),
    _choose("a return address with a line break", "S37", "deep_linking_return_url",
            {RETURN: "https://lms.example/\r\n"}, is_held=True),
    _choose("a return address with a tab", "", "deep_linking_return_url",
            {RETURN: "https://lms.example/\tx"}, is_held=True),
    _choose("a policy in the return address", "", "deep_linking_return_url",
            {RETURN: "https://lms.example;script-src/*"}, is_held=True),
    _choose("links are not accepted", "63", "message_invalid", {SETTINGS + "#accept_types": ["link"]}),
    _choose("accept_types a word", "63", "claims_invalid", {SETTINGS + "#accept_types": "ltiResourceLink"}),
    _choose("no presentation targets", "", "message_invalid",
            {SETTINGS + "#accept_presentation_document_targets": []}),
    _choose("a learner chooses", "64", "role_not_staff",
            {LTI + "roles": [LEARNER]}, Advice.STAFF, is_held=True),
    _choose("nobody in particular chooses", "64", "role_not_staff",
            {LTI + "roles": []}, Advice.STAFF, is_held=True),
    _choose("a teacher of the institution, learner here, chooses", "64", "role_not_staff",
            {LTI + "roles": [LEARNER, OF_INSTITUTION + "Instructor"]}, Advice.STAFF, is_held=True),
    _review("a learner reviews somebody else", "70", "role_not_staff",
            {LTI + "roles": [LEARNER]}, Advice.STAFF, is_held=True),
    _review("review of what nobody opened", "", "review_of_unknown_activity",
            {}, Advice.NOTHING_TO_REVIEW, before=_nobody, mend=open_activity, is_held=True),
    _review("review outside any course", "", "review_of_unknown_activity",
            {LTI + "context": GONE, LTI + "resource_link": GONE}, Advice.NOTHING_TO_REVIEW, is_held=True),
    _privacy("privacy with a course", "71", "message_invalid", {LTI + "context": {"id": "c"}}),
    _privacy("privacy with a link", "71", "message_invalid", {LTI + "resource_link": {"id": "r"}}),
    _privacy("privacy without a person", "72", "claims_invalid", {LTI + "for_user": GONE}),
    _privacy("privacy of somebody else", "", "privacy_of_somebody_else",
            {LTI + "for_user": {"user_id": TOM.sub}}, Advice.PRIVATE, is_held=True),
    _privacy("privacy of somebody else, for a teacher", "", "privacy_of_somebody_else",
            {LTI + "for_user": {"user_id": TOM.sub},
             LTI + "roles": [OF_INSTITUTION + "Instructor", OF_COURSE + "Administrator"]},
            Advice.PRIVATE, is_held=True),
    _choose("an unknown message", "47", "message_type_unsupported",
            {LTI + "message_type": "LtiStartProctoring"}),
    _choose("no accept_types", "63", "claims_invalid", {SETTINGS + "#accept_types": GONE}),
    _choose("no types are accepted", "63", "message_invalid", {SETTINGS + "#accept_types": []}),
    _choose("an empty return address", "62", "claims_invalid", {RETURN: ""}),
    _choose("a return address of another kind", "62", "deep_linking_return_url",
            {RETURN: "ftp://lms.example/"}, is_held=True),
    _choose("a return address without scheme", "62 S37", "deep_linking_return_url",
            {RETURN: "//evil.test/"}, is_held=True),
    _choose("an observer chooses", "64", "role_not_staff",
            {LTI + "roles": [OF_COURSE + "Mentor"]}, Advice.STAFF, is_held=True),
    _review("review for nobody in particular", "70", "role_not_staff",
            {LTI + "roles": []}, Advice.STAFF, is_held=True),
    _privacy("privacy of an empty id", "72", "claims_invalid", {LTI + "for_user": {"user_id": ""}}),
)  # fmt: skip

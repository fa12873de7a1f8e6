"""Which role LTI's names give in a course."""

import pytest

from lti_tool.core.actor import Role
from lti_tool.people.roles import is_test_user, role_of

M = "http://purl.imsglobal.org/vocab/lis/v2/membership"


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ([f"{M}#Learner"], Role.LEARNER),
        ([f"{M}#Instructor"], Role.INSTRUCTOR),
        ([f"{M}#Administrator"], Role.INSTRUCTOR),
        ([f"{M}#ContentDeveloper"], Role.INSTRUCTOR),
        ([f"{M}#Mentor"], Role.OBSERVER),
        ([f"{M}/Instructor#TeachingAssistant"], Role.ASSISTANT),
        ([f"{M}#TeachingAssistant"], Role.ASSISTANT),
        ([f"{M}#Instructor", f"{M}/Instructor#TeachingAssistant"], Role.ASSISTANT),
        ([f"{M}/Instructor#Grader"], Role.INSTRUCTOR),
        ([f"{M}/Learner#NonCreditLearner"], Role.LEARNER),
        ([f"{M}#Learner", f"{M}#Mentor"], Role.LEARNER),
        (["Instructor"], Role.INSTRUCTOR),
        (["Learner"], Role.LEARNER),
        ([], Role.LEARNER),
        (["https://example.org/roles#Wizard"], Role.LEARNER),
        # What somebody is elsewhere says nothing about this course.
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], Role.LEARNER),
        (
            ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator", f"{M}#Learner"],
            Role.LEARNER,
        ),
        (["http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin"], Role.LEARNER),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership-evil#Instructor"], Role.LEARNER),
    ],
)
def test_roles(names: list[str], role: Role) -> None:
    assert role_of(names) is role


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([f"{M}#Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"], True),
        (["http://purl.imsglobal.org/vocab/lis/v2/system/person#TestUser"], True),
        (["Learner", "TestUser"], True),
        ([f"{M}#Learner"], False),
        ([f"{M}#TestUser"], False),
        (["http://example.org/person#TestUser"], False),
        ([], False),
    ],
)
def test_test_users(names: list[str], expected: bool) -> None:  # noqa: FBT001  a row of the table
    assert is_test_user(names) is expected

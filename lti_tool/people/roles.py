"""From LTI role names to what somebody is in this course (LTI Core 1.3, appendix A.2)."""

from collections.abc import Iterable

from lti_tool.core.actor import Role

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_STAFF = {"Instructor", "Administrator", "ContentDeveloper"}
_TEST_USERS = {
    "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#TestUser",
    "TestUser",
}
_OBSERVERS = {"Mentor", "Member", "Officer"}
_ADMINISTRATORS = {
    f"http://purl.imsglobal.org/vocab/lis/v2/{where}/person#{name}"
    for where in ("institution", "system")
    for name in ("Administrator", "SysAdmin")
}


def role_of(lti_roles: Iterable[str]) -> Role:
    """The role in this course. Roles in the institution or the system give none here.

    A teaching assistant comes with the principal role Instructor too (a sub-role travels with its principal
    role, appendix A.2.3.2), so the assistant counts before it. Unknown roles, and none at all, make a
    learner: what everybody may do.
    """
    found = {_course_role(name) for name in lti_roles}
    for role in (Role.ASSISTANT, Role.INSTRUCTOR, Role.LEARNER, Role.OBSERVER):
        if role in found:
            return role
    return Role.LEARNER


def is_test_user(lti_roles: Iterable[str]) -> bool:
    """Whether this is somebody whom the platform made up, such as a student's view for the instructor.

    It stands beside a real role (LTI Core 1.3, appendix A.2.4).
    """
    return not _TEST_USERS.isdisjoint(lti_roles)


def is_administrator(lti_roles: Iterable[str]) -> bool:
    """Whether somebody runs the institution or the platform (LTI Core 1.3, appendix A.2.1 and A.2.2).

    It gives no right in any course: only what is asked on behalf of the whole institution goes by it.
    """
    return not _ADMINISTRATORS.isdisjoint(lti_roles)


def _course_role(name: str) -> Role | None:
    """`membership#Instructor`, `membership/Instructor#TeachingAssistant` and the short `Instructor`."""
    if name.startswith(_MEMBERSHIP):
        principal, _, sub = name.removeprefix(_MEMBERSHIP).lstrip("/").rpartition("#")
    elif ":" not in name and "/" not in name:
        principal, sub = "", name
    else:
        return None
    if sub.startswith("TeachingAssistant"):
        return Role.ASSISTANT
    main = principal or sub
    if main in _STAFF:
        return Role.INSTRUCTOR
    if main == "Learner":
        return Role.LEARNER
    return Role.OBSERVER if main in _OBSERVERS else None

"""Names and Role Provisioning Service 2.0: who is in a course."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo.lms.catalogue import PEOPLE, Course, Link, Person
from lti_tool.demo.lms.checks import Refusal
from lti_tool.demo.lms.claims import custom_claim
from lti_tool.demo.lms.paging import page_of
from lti_tool.demo.lms.services import answer, course_or_refuse, current_lms, require_accept, require_scope
from lti_tool.demo.lms.vocabulary import (
    LTI,
    MEMBERSHIP,
    MEMBERSHIP_CONTAINER,
    RESOURCE_LINK_REQUEST,
    SCOPE_MEMBERSHIP_READ,
)

bp = Blueprint("nrps", __name__)


@bp.get("/nrps/<course_key>/memberships")
def memberships(course_key: str) -> Response:
    require_scope(SCOPE_MEMBERSHIP_READ)
    course = course_or_refuse(course_key)
    require_accept(MEMBERSHIP_CONTAINER)
    link = _link_asked_for(course)
    role = request.args.get("role")
    people = [person for person in PEOPLE if role is None or _has_role(person, role)]
    url = current_lms().config.memberships_url(course.key)
    page, headers = page_of(people, url, request.args)
    body = {
        "id": url,
        "context": {"id": course.context_id, "label": course.label, "title": course.title},
        "members": [
            _member(course, person, link) | _enrollments(course, person, request.args) for person in page
        ],
    }
    return answer(body, MEMBERSHIP_CONTAINER, headers=headers)


def _link_asked_for(course: Course) -> Link | None:
    link_id = request.args.get("rlid")
    if link_id is None:
        return None
    link = current_lms().state.link(course, link_id)
    if link is None:
        raise Refusal(404, "not_found", "the course has no resource link with this rlid")
    return link


def _has_role(person: Person, role: str) -> bool:
    """Context roles may be asked for by their full names or, as in `role=Learner`, by their short ones."""
    return role in person.roles or f"{MEMBERSHIP}{role}" in person.roles


def _enrollments(course: Course, person: Person, args: Mapping[str, str]) -> dict[str, Any]:
    """Who asks for groups gets them (Course Groups Service 1.0), even where a person is in none."""
    if args.get("groups") != "true" or not course.groups:
        return {}
    mine = [{"group_id": group.id} for group in course.groups if person.key in group.people]
    return {"group_enrollments": mine}


def _member(course: Course, person: Person, link: Link | None) -> dict[str, Any]:
    lms = current_lms()
    member: dict[str, Any] = {
        "status": "Active",
        "user_id": person.sub,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "lis_person_sourcedid": f"riverside:{person.key}",
        "roles": list(person.roles),
    }
    if link is not None:
        message = {f"{LTI}message_type": RESOURCE_LINK_REQUEST, "locale": person.locale}
        member["message"] = [message | custom_claim(course, link, person, lms.habits)]
    return lms.habits.bend_member(member, person, lms.places(course, person))

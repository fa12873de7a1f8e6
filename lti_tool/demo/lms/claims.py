"""The claims of an LTI message, part by part, from the course, the person and the link."""

import uuid
from typing import Any

from lti_tool.demo.lms.catalogue import Course, Link, Person
from lti_tool.demo.lms.config import LmsConfig
from lti_tool.demo.lms.habits import Habits
from lti_tool.demo.lms.vocabulary import (
    AGS_ENDPOINT,
    AGS_SCOPES,
    COURSE_OFFERING,
    DEEP_LINKING,
    GROUPS_SERVICE,
    LTI,
    NOTICE_TYPES,
    NRPS_SERVICE,
    SCOPE_GROUP_READ,
    SCOPE_NOTICE_HANDLERS,
)
from lti_tool.platforms.custom_parameters import HISTORY_PARAMETERS

# Configured on the tool's registration, as administrators do so that a tool can follow course copies.
CUSTOM_FOR_EVERY_LAUNCH = HISTORY_PARAMETERS
LMS_NAME = "Riverside College (demo LMS)"


def person_claims(person: Person) -> dict[str, Any]:
    return {
        "sub": person.sub,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "locale": person.locale,
        f"{LTI}roles": [*person.roles, *person.institution_roles],
        f"{LTI}lis": {"person_sourcedid": f"riverside:{person.key}"},
    }


def about_claim(person: Person) -> dict[str, Any]:
    """The person whom a message is about (Submission Review 1.0, section 4.2)."""
    return {
        f"{LTI}for_user": {
            "user_id": person.sub,
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "roles": list(person.roles),
        }
    }


def platform_claim(config: LmsConfig) -> dict[str, Any]:
    return {
        f"{LTI}tool_platform": {
            "guid": uuid.uuid5(uuid.NAMESPACE_URL, config.issuer).hex,
            "name": LMS_NAME,
            "product_family_code": "segue-demo-lms",
            "version": "1.0",
        }
    }


def course_claims(config: LmsConfig, course: Course) -> dict[str, Any]:
    return {
        f"{LTI}context": {
            "id": course.context_id,
            "label": course.label,
            "title": course.title,
            "type": [COURSE_OFFERING],
        },
        NRPS_SERVICE: {
            "context_memberships_url": config.memberships_url(course.key),
            "service_versions": ["2.0"],
        },
    }


def groups_claim(config: LmsConfig, course: Course) -> dict[str, Any]:
    """The group service; a course without groups has none."""
    if not course.groups:
        return {}
    return {
        GROUPS_SERVICE: {
            "scope": [SCOPE_GROUP_READ],
            "context_groups_url": config.groups_url(course.key),
            "context_group_sets_url": config.group_sets_url(course.key),
            "service_versions": ["1.0"],
        }
    }


def grading_claim(config: LmsConfig, course: Course, item_ids: list[str]) -> dict[str, Any]:
    """The grade service; it names a line item only when the link has exactly one."""
    endpoint: dict[str, Any] = {"scope": list(AGS_SCOPES), "lineitems": config.line_items_url(course.key)}
    if len(item_ids) == 1:
        endpoint["lineitem"] = config.line_item_url(course.key, item_ids[0])
    return {AGS_ENDPOINT: endpoint}


def link_claims(link: Link) -> dict[str, Any]:
    claim = {"id": link.id, "title": link.title}
    return {f"{LTI}resource_link": {**claim, "description": link.description} if link.description else claim}


def custom_claim(course: Course, link: Link | None, person: Person, habits: Habits) -> dict[str, Any]:
    of_tool = CUSTOM_FOR_EVERY_LAUNCH if habits.custom_of_the_tool else {}
    wanted = {**of_tool, **(link.custom if link else {})}
    known = {
        name: value
        for name, value in _substitutions(course, link, person).items()
        if name not in habits.as_they_stand
    }
    # A variable that the platform does not know goes out as it stands; the specification says so.
    return {f"{LTI}custom": {name: known.get(value, value) for name, value in wanted.items()}}


def _substitutions(course: Course, link: Link | None, person: Person) -> dict[str, str]:
    of_course = {
        "$Context.id": course.context_id,
        "$Context.id.history": ",".join(course.history),
        "$Context.label": course.label,
        "$Context.title": course.title,
        "$User.id": person.sub,
        "$Person.name.full": person.name,
    }
    if link is None:
        return of_course
    return of_course | {
        "$ResourceLink.id": link.id,
        "$ResourceLink.id.history": ",".join(link.history),
        "$ResourceLink.title": link.title,
    }


def notices_claim(config: LmsConfig) -> dict[str, Any]:
    if not config.offers_notices:
        return {}
    return {
        f"{LTI}platformnotificationservice": {
            "service_versions": ["1.0"],
            "platform_notification_service_url": config.notice_handlers_url,
            "scope": [SCOPE_NOTICE_HANDLERS],
            "notice_types_supported": list(NOTICE_TYPES),
        }
    }


def deep_linking_claim(config: LmsConfig, visit: str, *, carried: str) -> dict[str, Any]:
    """What a visit may choose. It is `carried` in the data, or in the return address."""
    url = config.deep_link_return_url
    settings: dict[str, Any] = {
        "deep_link_return_url": url if carried == "data" else f"{url}?visit={visit}",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "accept_lineitem": True,
        "auto_create": False,
    }
    if carried == "data":
        settings["data"] = visit
    return {f"{DEEP_LINKING}deep_linking_settings": settings}

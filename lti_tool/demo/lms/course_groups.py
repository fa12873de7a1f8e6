"""Course Groups Service 1.0: the groups of a course, and the sets that they belong to."""

from dataclasses import asdict

from flask import Blueprint, Response, request

from lti_tool.demo.lms.paging import page_of
from lti_tool.demo.lms.services import answer, course_or_refuse, current_lms, require_accept, require_scope
from lti_tool.demo.lms.vocabulary import GROUP_CONTAINER, SCOPE_GROUP_READ

bp = Blueprint("course_groups", __name__)


@bp.get("/groups/<course_key>/groups")
def groups(course_key: str) -> Response:
    require_scope(SCOPE_GROUP_READ)
    require_accept(GROUP_CONTAINER)
    url = current_lms().config.groups_url(course_key)
    page, headers = page_of(course_or_refuse(course_key).groups, url, request.args)
    found = [{"id": group.id, "name": group.name, "set_id": group.set_id} for group in page]
    return answer({"id": url, "groups": found}, GROUP_CONTAINER, headers=headers)


@bp.get("/groups/<course_key>/sets")
def sets(course_key: str) -> Response:
    require_scope(SCOPE_GROUP_READ)
    require_accept(GROUP_CONTAINER)
    url = current_lms().config.group_sets_url(course_key)
    page, headers = page_of(course_or_refuse(course_key).group_sets, url, request.args)
    return answer({"id": url, "sets": [asdict(one) for one in page]}, GROUP_CONTAINER, headers=headers)

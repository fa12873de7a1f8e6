"""Assignment and Grade Services 2.0: the columns of a course's gradebook."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo.lms.catalogue import Course
from lti_tool.demo.lms.checks import Refusal, bad, moment, positive, text
from lti_tool.demo.lms.paging import page_of
from lti_tool.demo.lms.services import (
    answer,
    course_or_refuse,
    current_lms,
    read_body,
    require_accept,
    require_scope,
)
from lti_tool.demo.lms.vocabulary import (
    LINE_ITEM,
    LINE_ITEM_CONTAINER,
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READ,
)

bp = Blueprint("line_items", __name__)

FILTERS = (("resource_link_id", "resourceLinkId"), ("resource_id", "resourceId"), ("tag", "tag"))


@bp.get("/ags/<course_key>/lineitems")
def list_line_items(course_key: str) -> Response:
    require_scope(SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ)
    course = course_or_refuse(course_key)
    require_accept(LINE_ITEM_CONTAINER)
    lms = current_lms()
    wanted = {field: request.args[name] for name, field in FILTERS if name in request.args}
    found = [
        shown(course, item_id, item)
        for item_id, item in lms.state.line_items(course).items()
        if all(item.get(field) == value for field, value in wanted.items())
    ]
    page, headers = page_of(found, lms.config.line_items_url(course.key), request.args)
    return answer(list(page), LINE_ITEM_CONTAINER, headers=headers)


@bp.post("/ags/<course_key>/lineitems")
def add_line_item(course_key: str) -> Response:
    require_scope(SCOPE_LINE_ITEM)
    course = course_or_refuse(course_key)
    require_accept(LINE_ITEM)
    item = _read_for(course, read_body(LINE_ITEM))
    item_id = current_lms().state.add_line_item(course, item)
    body = shown(course, item_id, item)
    return answer(body, LINE_ITEM, status=201, headers={"Location": body["id"]})


@bp.get("/ags/<course_key>/lineitems/<item_id>")
def show_line_item(course_key: str, item_id: str) -> Response:
    require_scope(SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ)
    course = course_or_refuse(course_key)
    require_accept(LINE_ITEM)
    return answer(shown(course, item_id, line_item_or_refuse(course, item_id)), LINE_ITEM)


@bp.put("/ags/<course_key>/lineitems/<item_id>")
def replace_line_item(course_key: str, item_id: str) -> Response:
    require_scope(SCOPE_LINE_ITEM)
    course = course_or_refuse(course_key)
    require_accept(LINE_ITEM)
    line_item_or_refuse(course, item_id)
    body = read_body(LINE_ITEM)
    own_id = current_lms().config.line_item_url(course.key, item_id)
    if body.get("id", own_id) != own_id:
        raise bad("id is not this line item's")
    item = _read_for(course, body)
    if not current_lms().state.replace_line_item(course, item_id, item):
        raise gone()
    return answer(shown(course, item_id, item), LINE_ITEM)


@bp.delete("/ags/<course_key>/lineitems/<item_id>")
def delete_line_item(course_key: str, item_id: str) -> Response:
    require_scope(SCOPE_LINE_ITEM)
    course = course_or_refuse(course_key)
    if not current_lms().state.delete_line_item(course, item_id):
        raise gone()
    return Response(status=204)


def line_item_or_refuse(course: Course, item_id: str) -> dict[str, Any]:
    item = current_lms().state.line_item(course, item_id)
    if item is None:
        raise gone()
    return item


def gone() -> Refusal:
    return Refusal(404, "not_found", "there is no such line item in this course")


def shown(course: Course, item_id: str, item: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": current_lms().config.line_item_url(course.key, item_id), **item}


def read_line_item(body: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a line item that we know, checked; others are left out, as the specification allows."""
    label = text(body, "label", required=True)
    item: dict[str, Any] = {"label": label, "scoreMaximum": positive(body, "scoreMaximum", required=True)}
    for name in ("resourceLinkId", "resourceId", "tag"):
        item[name] = text(body, name)
    for name in ("startDateTime", "endDateTime"):
        moment(body, name)
        item[name] = body.get(name)
    return {name: value for name, value in item.items() if value is not None}


def _read_for(course: Course, body: Mapping[str, Any]) -> dict[str, Any]:
    item = read_line_item(body)
    link_id = item.get("resourceLinkId")
    if link_id is not None and current_lms().state.link(course, link_id) is None:
        raise Refusal(404, "not_found", "the course has no resource link with this resourceLinkId")
    return item

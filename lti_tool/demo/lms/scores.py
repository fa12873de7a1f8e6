"""Assignment and Grade Services 2.0: scores that the tool sends, and the results that follow from them."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo.lms.catalogue import person_by_sub
from lti_tool.demo.lms.checks import Refusal, bad, moment, number, positive, text
from lti_tool.demo.lms.line_items import gone, line_item_or_refuse
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
    ACTIVITY_PROGRESS,
    GRADING_PROGRESS,
    RESULT_CONTAINER,
    SCOPE_RESULT_READ,
    SCOPE_SCORE,
    SCORE,
)

bp = Blueprint("scores", __name__)


@bp.post("/ags/<course_key>/lineitems/<item_id>/scores")
def put_score(course_key: str, item_id: str) -> Response:
    require_scope(SCOPE_SCORE)
    course = course_or_refuse(course_key)
    line_item_or_refuse(course, item_id)
    kept = current_lms().state.put_score(course, item_id, _read_score(read_body(SCORE)))
    if kept is None:
        raise gone()
    if not kept:
        raise Refusal(409, "conflict", "a score with this timestamp or a later one is already kept")
    return Response(status=204)


@bp.get("/ags/<course_key>/lineitems/<item_id>/results")
def list_results(course_key: str, item_id: str) -> Response:
    require_scope(SCOPE_RESULT_READ)
    course = course_or_refuse(course_key)
    require_accept(RESULT_CONTAINER)
    item = line_item_or_refuse(course, item_id)
    lms = current_lms()
    url = lms.config.line_item_url(course.key, item_id)
    user = request.args.get("user_id")
    results = [
        _result(url, item, score)
        for sub, score in lms.state.scores(item_id).items()
        if user is None or sub == user
    ]
    page, headers = page_of(results, f"{url}/results", request.args)
    return answer(list(page), RESULT_CONTAINER, headers=headers)


def _read_score(body: Mapping[str, Any]) -> dict[str, Any]:
    user = text(body, "userId", required=True)
    moment(body, "timestamp", required=True)
    score: dict[str, Any] = {"userId": user, "timestamp": body["timestamp"]}
    score["scoreGiven"] = number(body, "scoreGiven")
    score["scoreMaximum"] = positive(body, "scoreMaximum", required=score["scoreGiven"] is not None)
    score["comment"] = text(body, "comment")
    for name, known in (("activityProgress", ACTIVITY_PROGRESS), ("gradingProgress", GRADING_PROGRESS)):
        score[name] = text(body, name, required=True)
        if score[name] not in known:
            raise bad(f"{name} must be one of: {', '.join(sorted(known))}")
    _check_user(user)
    return {name: value for name, value in score.items() if value is not None}


def _check_user(sub: str | None) -> None:
    person = person_by_sub(sub or "")
    if person is None:
        raise Refusal(422, "unknown_user", "userId is nobody in this course")
    if not person.is_learner:
        raise Refusal(422, "not_a_learner", "only learners have a place in the gradebook")


def _result(url: str, item: Mapping[str, Any], score: Mapping[str, Any]) -> dict[str, Any]:
    result = {
        "id": f"{url}/results/{score['userId']}",
        "scoreOf": url,
        "userId": score["userId"],
        "resultMaximum": item["scoreMaximum"],
        "comment": score.get("comment"),
        "resultScore": result_score(item, score),
    }
    return {name: value for name, value in result.items() if value is not None}


def result_score(item: Mapping[str, Any], score: Mapping[str, Any]) -> float | None:
    """What the gradebook shows, in the line item's scale; nothing until the tool calls it fully graded."""
    if score["gradingProgress"] != "FullyGraded" or "scoreGiven" not in score:
        return None
    scaled: float = score["scoreGiven"] / score["scoreMaximum"] * item["scoreMaximum"]
    return round(scaled, 4)


def in_digits(value: float) -> str:
    """A score for a page: 8 rather than 8.0, 7.5 as it is."""
    return f"{value:.4f}".rstrip("0").rstrip(".")

"""Results with their scores, and attachments (xAPI 1.0.3, Data 2.4.5 and 2.4.11)."""

from typing import Any

from xapi.validation import formats
from xapi.validation.errors import InvalidStatement, child
from xapi.validation.shapes import (
    check_boolean,
    check_extensions,
    check_format,
    check_language_map,
    check_list,
    check_object,
)
from xapi.vocabulary import SIGNATURE

_RESULT = frozenset({"score", "success", "completion", "response", "duration", "extensions"})
_SCORE = frozenset({"scaled", "raw", "min", "max"})
_ATTACHMENT_REQUIRED = ("usageType", "display", "contentType", "length", "sha2")
_ATTACHMENT = frozenset(_ATTACHMENT_REQUIRED) | {"description", "fileUrl"}


def check_result(value: object, path: str) -> None:
    result = check_object(value, path, allowed=_RESULT)
    check_boolean(result, path, "success")
    check_boolean(result, path, "completion")
    check_format(result, path, "response", formats.TEXT)
    check_format(result, path, "duration", formats.DURATION)
    check_extensions(result, path)
    if "score" in result:
        _check_score(result["score"], child(path, "score"))


def _check_score(value: object, path: str) -> None:
    score = check_object(value, path, allowed=_SCORE)
    for key, number in score.items():
        # A bool is an int to Python, and never a number to JSON.
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InvalidStatement(child(path, key), "must be a number")
    if not -1 <= score.get("scaled", 0) <= 1:
        raise InvalidStatement(child(path, "scaled"), "must be from -1 to 1")
    _check_bounds(score, path)


def _check_bounds(score: dict[str, Any], path: str) -> None:
    if "min" in score and "max" in score and score["min"] >= score["max"]:
        raise InvalidStatement(child(path, "min"), "must be less than max")
    if "raw" in score:
        if "min" in score and score["raw"] < score["min"]:
            raise InvalidStatement(child(path, "raw"), "must not be less than min")
        if "max" in score and score["raw"] > score["max"]:
            raise InvalidStatement(child(path, "raw"), "must not be greater than max")


def check_attachments(value: object, path: str) -> None:
    for index, item in enumerate(check_list(value, path)):
        _check_attachment(item, child(path, index))


def _check_attachment(value: object, path: str) -> None:
    attachment = check_object(value, path, allowed=_ATTACHMENT, required=_ATTACHMENT_REQUIRED)
    check_format(attachment, path, "usageType", formats.IRI)
    check_language_map(attachment, path, "display")
    check_language_map(attachment, path, "description")
    check_format(attachment, path, "contentType", formats.MEDIA_TYPE)
    check_format(attachment, path, "sha2", formats.SHA2)
    check_format(attachment, path, "fileUrl", formats.IRI)
    length = attachment["length"]
    if isinstance(length, bool) or not isinstance(length, int) or length < 0:
        raise InvalidStatement(child(path, "length"), "must be a whole number of octets")
    if attachment["usageType"] == SIGNATURE and attachment["contentType"] != "application/octet-stream":
        raise InvalidStatement(
            child(path, "contentType"), "of a signature must be application/octet-stream (Data 2.6)"
        )

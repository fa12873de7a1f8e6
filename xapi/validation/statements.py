"""Whole statements and SubStatements (xAPI 1.0.3, Data 2.4; IEEE 9274.1.1, 4.2)."""

from typing import Any

from xapi.validation import formats
from xapi.validation.activities import check_activity
from xapi.validation.actors import check_actor, check_authority
from xapi.validation.contexts import check_context, check_statement_ref
from xapi.validation.errors import InvalidStatement, child
from xapi.validation.json_values import check_json
from xapi.validation.results import check_attachments, check_result
from xapi.validation.shapes import check_format, check_language_map, check_object
from xapi.vocabulary import VOIDED

_SHARED = frozenset({"actor", "verb", "object", "result", "context", "timestamp", "attachments"})
_STATEMENT = _SHARED | {"id", "stored", "authority", "version"}
_SUB_STATEMENT = _SHARED | {"objectType"}
_REQUIRED = ("actor", "verb", "object")
_VERB = frozenset({"id", "display"})


def check_statement(statement: object, *, version: str = "1.0.3") -> None:
    """InvalidStatement unless `statement`, as read from JSON, follows xAPI 1.0.3 or 2.0.0.

    The statement's own `version` decides between the two; `version`, say of the request, when it has none.
    ValueError when `version` is neither 1.0.x nor 2.0.0.

    What takes more than the statement is left to the caller: signatures, the data of attachments, whether a
    voided statement exists.
    """
    if not formats.VERSION.fits(version):
        raise ValueError("the version to check against must be 1.0.x or 2.0.0")
    check_json(statement)
    found = check_object(statement, "$", allowed=_STATEMENT, required=_REQUIRED)
    check_format(found, "$", "id", formats.UUID)
    check_format(found, "$", "version", formats.VERSION)
    check_format(found, "$", "stored", _timestamp(found.get("version", version)))
    if "authority" in found:
        check_authority(found["authority"], "$.authority")
    _check_body(found, "$", version=found.get("version", version))


def _check_body(statement: dict[str, Any], path: str, *, version: str) -> None:
    """What a statement and a SubStatement have in common."""
    check_actor(statement["actor"], child(path, "actor"))
    verb = _check_verb(statement["verb"], child(path, "verb"))
    kind = _check_target(statement["object"], child(path, "object"), version=version, outermost=path == "$")
    if verb == VOIDED.id and kind != "StatementRef":
        raise InvalidStatement(
            child(path, "object"), "must be a StatementRef when the verb is voided (Data 2.3.2)"
        )
    if "result" in statement:
        check_result(statement["result"], child(path, "result"))
    if "context" in statement:
        place = child(path, "context")
        check_context(statement["context"], place, about_activity=kind == "Activity", version=version)
    check_format(statement, path, "timestamp", _timestamp(version))
    if "attachments" in statement:
        check_attachments(statement["attachments"], child(path, "attachments"))


def _timestamp(version: str) -> formats.Format:
    """2.0.0 wants RFC 3339 (IEEE 9274.1.1, 4.2.7); 1.0.x whatever ISO 8601 has (Data 4.5)."""
    return formats.TIMESTAMP if version.startswith("1.0.") else formats.TIMESTAMP_2_0


def _check_verb(value: object, path: str) -> str:
    verb = check_object(value, path, allowed=_VERB, required=("id",))
    check_format(verb, path, "id", formats.IRI)
    check_language_map(verb, path, "display")
    return str(verb["id"])


def _check_target(value: object, path: str, *, version: str, outermost: bool) -> str:
    """The object's type, after checking it as such; without `objectType` it is an activity (Data 2.4.4)."""
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
    match kind:
        case "Activity":
            check_activity(value, path)
        case "Agent" | "Group":
            check_actor(value, path)
        case "StatementRef":
            check_statement_ref(value, path)
        case "SubStatement" if outermost:
            found = check_object(value, path, allowed=_SUB_STATEMENT, required=_REQUIRED)
            _check_body(found, path, version=version)
        case "SubStatement":
            raise InvalidStatement(path, "must not be a SubStatement within a SubStatement (Data 2.4.4.3)")
        case _:
            raise InvalidStatement(
                child(path, "objectType"), "must be Activity, Agent, Group, StatementRef or SubStatement"
            )
    return str(kind)

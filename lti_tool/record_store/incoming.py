"""A statement on its way in: validated, completed, and serialised before any lock is taken."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lti_tool.core.ids import new_random_id
from lti_tool.record_store import moments
from lti_tool.record_store.decoding import encode_json
from lti_tool.record_store.errors import BadRequestError
from lti_tool.record_store.matching import match_keys
from xapi.validation import InvalidStatement, check_statement
from xapi.validation.timestamps import is_plain, parse_timestamp
from xapi.vocabulary import SIGNATURE, VOIDED

# What a statement without a version gets: Data 2.4.10 for 1.0.x, IEEE 9274.1.1, 4.2.4.2 for 2.0.0.
_OWN_VERSION = {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A statement that could be stored; `statement` is all of it but `stored` and a missing `timestamp`."""

    id: UUID
    statement: dict[str, Any]
    keys: set[str]
    target_id: UUID | None
    voids: bool
    _text: str

    def body(self, seq: int) -> str:
        """The final text: what was serialised already, and the moment."""
        stored = moments.to_text(seq)
        timestamp = "" if "timestamp" in self.statement else f',"timestamp":"{stored}"'
        return f'{self._text[:-1]}{timestamp},"stored":"{stored}"}}'


def prepare(sent: object, *, version: str, authority: dict[str, Any]) -> Incoming:
    """Check a statement of a request in `version` and complete it. BadRequestError with path and reason."""
    try:
        check_statement(sent, version=version)
    except InvalidStatement as error:
        raise BadRequestError(str(error)) from None
    if not isinstance(sent, dict):  # check_statement has said so already; this is for the reader of types
        raise BadRequestError("$: must be an object")
    _check_version(sent, version)
    _check_attachments(sent)
    statement = _complete(sent, version=version, authority=authority)
    target = statement["object"]
    return Incoming(
        id=UUID(statement["id"]),
        statement=statement,
        keys=match_keys(statement),
        target_id=UUID(target["id"]) if target.get("objectType") == "StatementRef" else None,
        voids=statement["verb"]["id"] == VOIDED.id,
        _text=encode_json(statement),
    )


def _complete(sent: dict[str, Any], *, version: str, authority: dict[str, Any]) -> dict[str, Any]:
    """What the store sets (Data 2.4); the rest stays as it was sent."""
    statement = {"id": str(new_random_id())} | {key: sent[key] for key in sent if key != "stored"}
    statement.setdefault("version", _OWN_VERSION[version])
    statement["authority"] = authority
    _make_lists(statement)
    if statement["object"].get("objectType") == "SubStatement":
        statement["object"] = dict(statement["object"])
        _make_lists(statement["object"])
        _respell_time(statement["object"], version=statement["version"])
    _respell_time(statement, version=statement["version"])
    return statement


def _make_lists(statement: dict[str, Any]) -> None:
    """Every value of contextActivities is returned as an array (Data 2.4.6.2)."""
    context = statement.get("context")
    if context and "contextActivities" in context:
        found = context["contextActivities"]
        lists = {key: value if isinstance(value, list) else [value] for key, value in found.items()}
        statement["context"] = context | {"contextActivities": lists}


def _respell_time(statement: dict[str, Any], *, version: str) -> None:
    """Plain RFC 3339 for each other spelling of ISO 8601, so that each reader can read it (Data 4.5).

    2.0.0 also wants UTC in what a store returns. The spelling of a time is not part of the statement.
    """
    sent = statement.get("timestamp")
    if sent and not (is_plain(sent) and (sent.endswith("Z") or version.startswith("1.0."))):
        statement["timestamp"] = moments.utc_text(parse_timestamp(sent))


def _check_version(sent: dict[str, Any], version: str) -> None:
    """Under 1.0.x only statements of 1.0.x (Data 2.4.10); 2.0.0 takes both."""
    if version == "1.0.3" and not sent.get("version", "1.0.0").startswith("1.0."):
        raise BadRequestError(
            "$.version: must start with 1.0. in a request with X-Experience-API-Version 1.0.x"
        )


def _check_attachments(sent: dict[str, Any]) -> None:
    """As application/json, every attachment needs a fileUrl (Communication 1.5.2).

    A signature needs its data: the store "MUST ... decode the JWS signature" and "MUST reject requests to
    store Statements that contain malformed signatures, with 400" (Data 2.6; in 2.0.0, IEEE 9274.1.1, 4.2.6,
    it SHALL). We take no data, and follow nobody's fileUrl, so we can't say of any that it is well formed.
    """
    for path, statement in (("$", sent), ("$.object", sent["object"])):
        for index, attachment in enumerate(statement.get("attachments", ())):
            if attachment["usageType"] == SIGNATURE:
                raise BadRequestError(
                    f"{path}.attachments[{index}]: signed statements are not taken: a signature's data is not"
                    " kept here, and without it nobody can check the signature"
                )
            if "fileUrl" not in attachment:
                raise BadRequestError(
                    f"{path}.attachments[{index}]: must have a fileUrl: attachment data is not kept here"
                )

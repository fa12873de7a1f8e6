"""What the two versions ask of the resources that the store offers: one row for each rule.

Sections are those of xAPI 1.0.3 ("C" Communication, "D" Data); 2.0.0 (IEEE 9274.1.1, 4.1 and 4.2) has the same
rules but where a row names its version. test_conformance.py asks them of a store that holds the statements
below. NEW in a query or a body is an id that is new for each row.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

Holds = Callable[[TestResponse], bool]
BOTH, OLD, NEW_ONE = ("1.0.3", "2.0.0"), ("1.0.3",), ("2.0.0",)

PLAIN = "11111111-1111-4111-8111-111111111111"
VOIDED = "22222222-2222-4222-8222-222222222222"
VOIDING = "33333333-3333-4333-8333-333333333333"
REMARK = "44444444-4444-4444-8444-444444444444"
LATER = "55555555-5555-4555-8555-555555555555"
NOBODY = "99999999-9999-4999-8999-999999999999"
REGISTRATION = "66666666-6666-4666-8666-666666666666"

ANA: dict[str, Any] = {"account": {"homePage": "https://lms.example", "name": "ana"}}
BEN: dict[str, Any] = {"mbox": "mailto:ben@example.org"}
DONE = {"id": "https://verbs.example/did", "display": {"en": "did", "de": "tat"}}
VOIDS = {"id": "http://adlnet.gov/expapi/verbs/voided"}
THING: dict[str, Any] = {
    "id": "https://tool.example/thing",
    "definition": {"name": {"en": "Thing", "de": "Ding"}},
}
PARENT = {"id": "https://tool.example/parent"}
HELD: list[dict[str, Any]] = [
    {
        "id": PLAIN,
        "actor": ANA | {"name": "Ana"},
        "verb": DONE,
        "object": THING,
        "context": {
            "registration": REGISTRATION,
            "instructor": BEN,
            "contextActivities": {"parent": PARENT},
            "language": "en",
        },
        "timestamp": "2026-03-01T10:00:00+02:00",
    },
    {"id": VOIDED, "actor": ANA, "verb": DONE, "object": THING},
    {"id": VOIDING, "actor": BEN, "verb": VOIDS, "object": {"objectType": "StatementRef", "id": VOIDED}},
    {
        "id": REMARK,
        "actor": BEN,
        "verb": {"id": "https://verbs.example/confirmed"},
        "object": {"objectType": "StatementRef", "id": PLAIN},
    },
    {"id": LATER, "actor": BEN, "verb": {"id": "https://verbs.example/other"}, "object": {"id": "urn:other"}},
]
SENT: dict[str, Any] = {"id": "NEW", "actor": ANA, "verb": DONE, "object": THING}


def is_so(_answer: TestResponse) -> bool:
    return True


# GIVEN stands for credentials that may write, READ ONLY for others, VERSION for the row's version.
USUAL: dict[str, str | None] = {"Authorization": "GIVEN", "X-Experience-API-Version": "VERSION"}
BARE: dict[str, str | None] = dict.fromkeys(USUAL)
WHOLE = {name: str(value) for name, value in USUAL.items()}


@dataclass(frozen=True)
class Case:
    rule: str
    section: str
    request: str
    """Method, then path and query below /xapi."""
    status: int
    holds: Holds = is_so
    body: Any = None
    """Sent as JSON; bytes as they are."""
    form: Mapping[str, str] | None = None
    """Sent as a form."""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Beside the usual ones; None leaves one out."""
    versions: tuple[str, ...] = BOTH


def listed(*ids: str) -> Holds:
    return lambda answer: [one["id"] for one in answer.get_json()["statements"]] == list(ids)


def has(name: str, value: str | None = None) -> Holds:
    return lambda answer: name in answer.headers and (value is None or answer.headers[name] == value)


def one(check: Callable[[dict[str, Any]], bool]) -> Holds:
    return lambda answer: check(answer.get_json())


def each(check: Callable[[dict[str, Any]], bool]) -> Holds:
    return lambda answer: all(map(check, answer.get_json()["statements"]))


def says(word: str, mimetype: str) -> Holds:
    return lambda answer: answer.mimetype == mimetype and word in answer.text


def query(**parameters: Any) -> str:
    return urlencode({k: v if isinstance(v, str) else json.dumps(v) for k, v in parameters.items()})


def get(rule: str, section: str, parameters: str, status: int, holds: Holds = is_so, **more: Any) -> Case:
    return Case(rule, section, f"GET /statements?{parameters}", status, holds, **more)


def post(rule: str, section: str, body: Any, status: int, holds: Holds = is_so, **more: Any) -> Case:
    return Case(rule, section, "POST /statements", status, holds, body, **more)


def alternate(
    rule: str, method: str, fields: Mapping[str, str], status: int, holds: Holds = is_so, **more: Any
) -> Case:
    """A POST to `?method=`, with credentials and version in its form and not in headers, unless `form` says."""
    more = {"section": "C 1.3", "versions": OLD, "headers": BARE, "form": {**WHOLE, **fields}} | more
    request = f"POST /{more.pop('path', 'statements')}?method={method}"
    return Case(rule, request=request, status=status, holds=holds, **more)


ATTACHED = {
    "usageType": "https://x.example/essay",
    "display": {"en": "Essay"},
    "contentType": "text/plain",
    "length": 5,
    "sha2": "a" * 64,
}
FAR = {"fileUrl": "https://x.example/e"}
SIGNED = ATTACHED | {
    "usageType": "http://adlnet.gov/expapi/attachments/signature",
    "contentType": "application/octet-stream",
}
IN_PARTS = {"Content-Type": 'multipart/mixed; boundary="x"'}


def parts(value: Any, *, kind: str = "application/json", more: bytes | None = None) -> bytes:
    found = [f"Content-Type: {kind}\r\n\r\n{json.dumps(value)}".encode(), *([more] if more else [])]
    return b"".join(b"\r\n--x\r\n" + part for part in found) + b"\r\n--x--\r\n"


# fmt: off
ABOUT = [
    Case("about tells the versions", "C 2.8", "GET /about", 200, one(lambda a: "1.0.3" in a["version"])),
    Case("about tells the versions", "C 2.8", "GET /about", 200, one(lambda a: "2.0.0" in a["version"])),
    Case(
        "about needs no credentials", "C 2.8", "GET /about", 200,
        headers={"Authorization": None, "X-Experience-API-Version": None},
    ),
    Case("about's extensions have IRIs", "C 2.8", "GET /about", 200, one(lambda a: all(":" in k for k in a["extensions"]))),
    Case("about can't be changed", "C 2.8", "PUT /about", 405, has("Allow")),
    Case("about knows no parameters", "C 3.2.s3.b7", "GET /about?x=1", 400, is_so),
    Case("HEAD is GET without a body", "C 1.1", "HEAD /about", 200, lambda a: not a.data),
]

VERSIONS = [
    get("every answer tells a version", "C 3.3.s3.b1", "limit=1", 200, has("X-Experience-API-Version")),
    get("refusals tell it too", "C 3.3.s3.b1", "foo=1", 400, has("X-Experience-API-Version")),
    get("it is the latest patch", "C 3.3.s3.b2", "limit=1", 200, has("X-Experience-API-Version", "1.0.3"), headers={"X-Experience-API-Version": "1.0.1"}),
    get("it is the latest patch", "2.0.0 4.1.5", "limit=1", 200, has("X-Experience-API-Version", "2.0.0"), headers={"X-Experience-API-Version": "2.0.0"}),
    get("1.0 is 1.0.0", "C 3.3.s3.b3", "limit=1", 200, headers={"X-Experience-API-Version": "1.0"}),
    get("1.0.x is taken", "C 3.3.s3.b5", "limit=1", 200, headers={"X-Experience-API-Version": "1.0.17"}),
    *(
        get("other versions are refused", "C 3.3.s3.b4, b6, b7", "limit=1", 400, one(lambda a: "1.0.x" in a["message"]), headers={"X-Experience-API-Version": version})
        for version in ("0.9", "0.95", "1.1.0", "1.1", "2.1.0", "3.0.0", "one", None)
    ),
]

CREDENTIALS = [
    get("no credentials", "C 3.2.s2.b2", "", 401, has("WWW-Authenticate"), headers={"Authorization": None}),
    get("wrong credentials", "C 3.2.s2.b2", "", 401, headers={"Authorization": "Basic eDp5"}),
    get("the explicit nobody", "C 4.1.s7.b2", "", 401, headers={"Authorization": "Basic Og=="}),
    post("credentials that may not", "C 3.2.s3.b10", SENT, 403, headers={"Authorization": "READ ONLY"}),
    get("credentials that may read", "C 3.2.s1", "", 200, headers={"Authorization": "READ ONLY"}),
]

SINGLE = [
    get("one by its id", "C 2.1.3.s1", f"statementId={PLAIN}", 200, one(lambda s: s["id"] == PLAIN)),
    get("no such id", "C 3.2.s2.b4", f"statementId={NOBODY}", 404),
    get("a voided one is not shown", "C 2.1.4.s1.b1", f"statementId={VOIDED}", 404),
    get("but by its own parameter", "C 2.1.3.s1", f"voidedStatementId={VOIDED}", 200, one(lambda s: s["id"] == VOIDED)),
    get("which shows no other", "C 2.1.3.s1", f"voidedStatementId={PLAIN}", 404),
    get("the voiding one is shown", "C 2.1.4.s1.b2", f"statementId={VOIDING}", 200),
    get("both parameters", "C 2.1.3.s2.b1", f"statementId={PLAIN}&voidedStatementId={VOIDED}", 400),
    *(
        get("neither goes with others", "C 2.1.3.s2.b2", f"{name}={PLAIN}&{other}", 400)
        for name in ("statementId", "voidedStatementId")
        for other in (
            query(agent=ANA), query(verb="urn:x"), query(activity="urn:x"), f"registration={REGISTRATION}",
            "related_activities=true", "related_agents=true", "since=2026-01-01T00:00:00Z",
            "until=2026-01-01T00:00:00Z", "limit=1", "ascending=true",
        )
    ),
    get("but with format", "C 2.1.3.s2.b2", f"statementId={PLAIN}&format=ids", 200),
    get("and attachments", "C 2.1.3.s2.b2", f"statementId={PLAIN}&attachments=false", 200, has("Content-Type", "application/json")),
    get("attachments=true answers in parts", "C 2.1.3.s2.b6", f"statementId={PLAIN}&attachments=true", 200, lambda a: a.content_type.startswith("multipart/mixed; boundary=")),
    get("Last-Modified is there", "C 2.1.3.s2.b8", f"statementId={PLAIN}", 200, has("Last-Modified")),
    get("an ETag in quotes", "C 3.1.s4.b1, b4", f"statementId={PLAIN}", 200, lambda a: a.headers["ETag"].startswith('"')),
    Case("HEAD is GET without a body", "C 1.1", f"HEAD /statements?statementId={PLAIN}", 200, lambda a: not a.data and "ETag" in a.headers),
    Case("HEAD of what is not there", "C 1.1", f"HEAD /statements?statementId={NOBODY}", 404, lambda a: not a.data),
    get("If-None-Match", "RFC 9110 13.1.2", f"statementId={PLAIN}", 304, headers={"If-None-Match": "*"}),
]

LISTS = [
    get("newest first", "C 2.1.3.s1", "", 200, listed(LATER, REMARK, VOIDING, PLAIN)),
    get("or oldest first", "C 2.1.3.s1", "ascending=true", 200, listed(PLAIN, VOIDING, REMARK, LATER)),
    get("an empty list is a list", "C 2.1.3.s2.b4", query(verb="urn:none"), 200, one(lambda a: a == {"statements": [], "more": ""})),
    get("limit", "C 2.1.3.s1", "limit=2", 200, listed(LATER, REMARK)),
    get("limit 0 is as many as may be", "C 2.1.3.s1", "limit=0", 200, listed(LATER, REMARK, VOIDING, PLAIN)),
    get("more is a path of this server", "D 2.5", "limit=1", 200, one(lambda a: a["more"].startswith("/xapi/statements?"))),
    get("more is empty at the end", "D 2.5", "limit=50", 200, one(lambda a: a["more"] == "")),
    get("agent is the actor", "C 2.1.3.s1", query(agent=ANA), 200, listed(REMARK, VOIDING, PLAIN)),
    get("agent with a name", "C 2.1.3.s1", query(agent=ANA | {"name": "Other"}), 200, listed(REMARK, VOIDING, PLAIN)),
    get("verb", "C 2.1.3.s1", query(verb=DONE["id"]), 200, listed(REMARK, VOIDING, PLAIN)),
    get("activity is the object", "C 2.1.3.s1", query(activity=THING["id"]), 200, listed(REMARK, VOIDING, PLAIN)),
    get("activity is not the parent", "C 2.1.3.s1", query(activity=PARENT["id"]), 200, listed()),
    get("unless related", "C 2.1.3.s1", query(activity=PARENT["id"], related_activities=True), 200, listed(REMARK, PLAIN)),
    get("agent is not the instructor", "C 2.1.3.s1", query(agent=BEN), 200, listed(LATER, REMARK, VOIDING)),
    get("unless related", "C 2.1.3.s1", query(agent=BEN, related_agents=True), 200, listed(LATER, REMARK, VOIDING, PLAIN)),
    get("registration", "C 2.1.3.s1", f"registration={REGISTRATION}", 200, listed(REMARK, PLAIN)),
    get("a statement meets all filters at once", "C 2.1.3.s3", query(agent=ANA, verb="https://verbs.example/confirmed"), 200, listed()),
    get("since a future moment", "C 2.1.3.s1", "since=2999-01-01T00:00:00Z", 200, listed()),
    get("until a past moment", "C 2.1.3.s1", "until=1999-01-01T00:00:00Z", 200, listed()),
    get("context.statement finds nothing by its target", "C 2.1.3.s3 Note", query(verb="https://verbs.example/other"), 200, listed(LATER)),
    get("how far all is there", "C 2.1.3.s2.b5", "", 200, has("X-Experience-API-Consistent-Through")),
    get("also in refusals", "C 2.1.3.s2.b5", "foo=1", 400, has("X-Experience-API-Consistent-Through")),
    get("JSON is the answer", "C 2.1.3.s2.b7", "attachments=false", 200, has("Content-Type", "application/json")),
    get("in parts when asked", "C 2.1.3.s2.b6", "attachments=true", 200, lambda a: a.mimetype == "multipart/mixed"),
    Case("HEAD is GET without a body", "C 1.1", "HEAD /statements", 200, lambda a: not a.data and "X-Experience-API-Consistent-Through" in a.headers),
]

FORMATS = [
    get("exact is the default", "C 2.1.3.s1", f"statementId={PLAIN}", 200, one(lambda s: s["verb"] == DONE and s["actor"] == ANA | {"name": "Ana"})),
    get("exact", "C 2.1.3.s1", f"statementId={PLAIN}&format=exact", 200, one(lambda s: s["object"] == THING)),
    get("ids", "C 2.1.3.s1", f"statementId={PLAIN}&format=ids", 200, one(lambda s: (s["actor"], s["verb"], s["object"]) == (ANA, {"id": DONE["id"]}, {"id": THING["id"]}))),
    get("ids of a list", "C 2.1.3.s1", "format=ids", 200, each(lambda s: "display" not in s["verb"])),
    get("canonical has one language", "C 2.1.3.s4.b1", f"statementId={PLAIN}&format=canonical", 200, one(lambda s: s["object"]["definition"]["name"] == {"de": "Ding"}), headers={"Accept-Language": "de, en;q=0.5"}),
    get("for each map", "C 2.1.3.s4.b5", f"statementId={PLAIN}&format=canonical", 200, one(lambda s: s["verb"]["display"] == {"en": "did"}), headers={"Accept-Language": "fr, en-GB;q=0.5"}),
    get("canonical keeps agents", "C 2.1.3.s1", f"statementId={PLAIN}&format=canonical", 200, one(lambda s: s["actor"]["name"] == "Ana")),
    get("no other format", "C 3.2.s2.b1", "format=pretty", 400),
    get("one activity comes back as a list", "D 2.4.6.2.s4.b4", f"statementId={PLAIN}", 200, one(lambda s: s["context"]["contextActivities"] == {"parent": [PARENT]})),
    get("stored is in UTC", "D 4.5", "", 200, each(lambda s: s["stored"].endswith("Z"))),
    get("every statement has an authority", "D 2.4.9.s3.b3", "", 200, each(lambda s: "account" in s["authority"])),
    get("a version", "D 2.4.10.s3.b3", "", 200, each(lambda s: s["version"] in {"1.0.0", "2.0.0"})),
    get("and a timestamp", "D 2.4.7.s3.b2", "", 200, each(lambda s: "timestamp" in s)),
]

PARAMETERS = [
    *(
        get("unknown parameters, and known ones in another case", "C 3.2.s3.b7, b8", wrong, 400)
        for wrong in (
            "foo=1", f"StatementID={PLAIN}", f"statementid={PLAIN}", "Agent={}", "VERB=urn:x", "Limit=1",
            "Ascending=true", "Since=2026-01-01T00:00:00Z", "related_Agents=true", "Format=ids", "more=1",
        )
    ),
    *(
        get("values of the wrong kind", "C 3.2.s2.b1", wrong, 400)
        for wrong in (
            "statementId=x", "agent=ana", "agent={}", "verb=did", "activity=thing", "registration=1",
            "related_agents=yes", "related_activities=1", "since=now", "until=2026", "limit=-1", "limit=x",
            "ascending=True", "attachments=maybe", "limit=1&limit=2",
        )
    ),
    Case("PUT knows statementId alone", "C 3.2.s3.b7", "PUT /statements?statementId=NEW&x=1", 400, is_so, SENT),
    Case("POST knows none", "C 3.2.s3.b7", "POST /statements?statementId=NEW", 400, is_so, SENT),
]

STORING = [
    Case("PUT stores one", "C 2.1.1.s1", "PUT /statements?statementId=NEW", 204, lambda a: not a.data, SENT),
    Case("PUT gives the id", "C 2.1.1.s3.b2", "PUT /statements?statementId=NEW", 204, is_so, {k: v for k, v in SENT.items() if k != "id"}),
    Case("PUT needs the parameter", "C 2.1.1.s1", "PUT /statements", 400, is_so, SENT),
    Case("PUT with another id", "C 2.1.1.s3.b3", f"PUT /statements?statementId={NOBODY}", 400, is_so, SENT),
    Case("PUT takes no list", "C 2.1.1.s1", "PUT /statements?statementId=NEW", 400, is_so, [SENT]),
    Case("PUT of a stored id", "C 2.1.1.s2.b2", f"PUT /statements?statementId={PLAIN}", 409, is_so, SENT | {"id": PLAIN}),
    Case("PUT of the same", "C 2.1.1.s2.b3", f"PUT /statements?statementId={PLAIN}", 204, is_so, HELD[0]),
    post("POST answers with ids", "C 2.1.2.s1", SENT, 200, lambda a: len(a.get_json()) == 1),
    post("POST gives an id", "D 2.4.1", {k: v for k, v in SENT.items() if k != "id"}, 200),
    post("POST takes a list", "C 2.1.2.s1", [SENT], 200),
    post("POST takes an empty list", "C 2.1.2.s1", [], 200, lambda a: a.get_json() == []),
    post("POST of a stored id", "C 2.1.2.s2.b4", SENT | {"id": PLAIN}, 409),
    post("POST of the same", "C 2.1.2.s2.b5", HELD[0], 200, lambda a: a.get_json() == [PLAIN]),
    post("the same in other words", "D 2.3.1", HELD[0] | {"timestamp": "2026-03-01T08:00:00Z", "verb": {"id": DONE["id"]}}, 200),
    post("another result is another statement", "D 2.3.1", HELD[0] | {"result": {"success": True}}, 409),
    post("an id twice in a batch", "C 2.1.2.s2.b6", [SENT, SENT], 400),
    post("one bad one refuses the batch", "C 3.2.s3.b9", [SENT, SENT | {"id": NOBODY, "verb": {}}], 400),
    get("of which nothing is stored", "C 3.2.s3.b9", f"statementId={NOBODY}", 404),
    post("stored is overwritten", "D 2.4.8.s3.b2", SENT | {"stored": "1999-01-01T00:00:00Z"}, 200),
    post("authority is overwritten", "D 2.4.9.s3.b4", SENT | {"authority": BEN}, 200),
    post("a future timestamp is taken", "D 2.4.7.s3.b6", SENT | {"timestamp": "2999-01-01T00:00:00Z"}, 200),
    post("-00:00 is no zone", "D 4.5", SENT | {"timestamp": "2026-01-01T00:00:00-00:00"}, 400),
    post("a version 1.0.x is taken", "D 2.4.10.s3.b1", SENT | {"version": "1.0.9"}, 200),
    post("another is not", "D 2.4.10.s3.b2", SENT | {"version": "2.0.0"}, 400, versions=OLD),
    post("2.0.0 takes its own", "2.0.0 4.2.4.3", SENT | {"version": "2.0.0"}, 200, versions=NEW_ONE),
    post("null is nowhere", "D 2.2.s4.b1", SENT | {"result": None}, 400),
    post("unknown properties", "D 2.2.s4", SENT | {"foo": 1}, 400),
    post("properties in another case", "D 2.2.s4", SENT | {"Result": {}}, 400),
    post("a reference is no proof that it is there", "D 2.3.2.s3", SENT | {"verb": VOIDS, "object": {"objectType": "StatementRef", "id": NOBODY}}, 200),
    post("voided needs a reference", "D 2.3.2", SENT | {"verb": VOIDS}, 400),
    post("contextAgents are of 2.0.0", "2.0.0 4.2.2.5", SENT | {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": BEN}]}}, 200, versions=NEW_ONE),
    post("contextAgents are of 2.0.0", "2.0.0 4.2.2.5", SENT | {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": BEN}]}}, 400, versions=OLD),
    post("If-Match means nothing here", "C 3.1.s2", SENT, 200, headers={"If-Match": '"x"'}),
    post("malformed JSON", "C 3.2.s2.b1", b'{"actor":', 400, headers={"Content-Type": "application/json"}),
    post("a type that does not match", "C 3.2.s3.b6", b"{}", 400, headers={"Content-Type": "text/plain"}),
    post("no type", "C 3.2.s3.b6", b"{}", 400),
    post("a form without method", "C 3.2.s3.b6", b"a=b", 400, headers={"Content-Type": "application/x-www-form-urlencoded"}),
    post("statements as the one part", "C 1.5.2.s3.b8", parts(SENT), 200, headers=IN_PARTS),
    post("with a fileUrl", "C 1.5.2.s3.b9", parts(SENT | {"attachments": [ATTACHED | {"fileUrl": "https://x.example/e"}]}), 200, headers=IN_PARTS),
    post("a list as the one part", "C 1.5.2", parts([SENT]), 200, headers=IN_PARTS),
    post("a preamble and an epilogue mean nothing", "RFC 2046 5.1.1", b"for people" + parts(SENT) + b"and this", 200, headers=IN_PARTS),
    post("neither fileUrl nor data", "C 1.5.2.s3.b5", parts(SENT | {"attachments": [ATTACHED]}), 400, headers=IN_PARTS),
    post("neither fileUrl nor data", "C 1.5.1.s1.b2", SENT | {"attachments": [ATTACHED]}, 400),
    post("data is not kept here", "C 1.5.2", parts(SENT, more=b"Content-Type: text/plain\r\n\r\nessay"), 400, one(lambda a: "Attachment data" in a["message"]), headers=IN_PARTS),
    post("a signature that is elsewhere can't be decoded", "D 2.6.s5.b3.b1, 2.0.0 4.2.6", SENT | {"attachments": [SIGNED | FAR]}, 400, one(lambda a: "signed" in a["message"])),
    post("nor beside others", "D 2.6.s5.b1", [SENT | {"attachments": [ATTACHED | FAR, SIGNED | FAR]}], 400),
    post("nor in a statement within", "D 2.6.s5.b1", SENT | {"object": {"objectType": "SubStatement", "actor": BEN, "verb": DONE, "object": THING, "attachments": [SIGNED | FAR]}}, 400),
    post("nor as the one part", "D 2.6.s5.b1", parts(SENT | {"attachments": [SIGNED | FAR]}), 400, headers=IN_PARTS),
    post("nor without an address", "D 2.6.s4.b1", SENT | {"attachments": [SIGNED]}, 400),
    post("nor with its data, which is not kept", "D 2.6, C 1.5.2", parts(SENT | {"attachments": [SIGNED]}, more=b"Content-Type: application/octet-stream\r\n\r\ne30.e30.x"), 400, headers=IN_PARTS),
    Case("nor by PUT", "D 2.6.s5.b1", "PUT /statements?statementId=NEW", 400, one(lambda a: "signed" in a["message"]), SENT | {"attachments": [SIGNED | FAR]}),
    get("and none of them was stored", "D 2.6.s5.b1", "limit=500", 200, each(lambda it: all(one["usageType"] != SIGNED["usageType"] for one in it.get("attachments", ())))),
    post("a part that is no JSON", "C 1.5.2.s2.b2.b6", parts(SENT, kind="text/plain"), 400, headers=IN_PARTS),
    post("no boundary", "RFC 2046 5.1.1", parts(SENT), 400, headers={"Content-Type": "multipart/mixed"}),
    post("another boundary", "RFC 2046 5.1.1", parts(SENT), 400, headers={"Content-Type": "multipart/mixed; boundary=y"}),
    post("no end", "RFC 2046 5.1.1", parts(SENT).removesuffix(b"--x--\r\n"), 400, headers=IN_PARTS),
    post("nothing in parts", "RFC 2046 5.1.1", b"--x--", 400, headers=IN_PARTS),
    post("parts of another kind", "C 1.5", parts(SENT), 400, headers={"Content-Type": "multipart/form-data; boundary=x"}),
    post("too many statements", "C 3.2.s3.b11", [{}] * 501, 413),
    post("too many bytes", "C 3.2.s3.b11", b" " * 1_000_001, 413, headers={"Content-Type": "application/json"}),
    post("how far all is there", "C 2.1.3.s2.b5", SENT, 200, has("X-Experience-API-Consistent-Through")),
]

OTHERS = [
    Case("statements are never deleted", "C 2.1", "DELETE /statements", 405, has("Allow")),
    *(
        Case("what is not offered says so", "C 2.0", f"GET /{name}", 404, one(lambda a: a["error"] == "not_offered"))
        for name in ("activities", "activities/state", "activities/profile", "agents", "agents/profile", "extensions/x", "OAuth/initiate")
    ),
    *(
        get("an error as the client wants it", "C 3.2.s3.b3, b4", "foo=1", 400, says("foo", kind), headers={"Accept": accept})
        for accept, kind in (
            ("application/json", "application/json"), ("*/*", "application/json"), ("text/plain", "text/plain"),
            ("text/html, */*;q=0.1", "text/html"), ("text/html;q=0.2, text/plain;q=0.5", "text/plain"),
            ("image/png", "application/json"),
        )
    ),
    get("an error's words are no mark-up", "C 3.2.s3.b4", query(**{"<b>": "1"}), 400, lambda a: b"<b>" not in a.data, headers={"Accept": "text/html"}),
]

CONTENT = json.dumps(SENT)
ALTERNATE = [
    alternate("GET by a form", "GET", {}, 200, listed(LATER, REMARK, VOIDING, PLAIN)),
    alternate("its fields are parameters", "GET", {"agent": json.dumps(ANA), "limit": "2"}, 200, listed(REMARK, VOIDING)),
    alternate("unknown fields are unknown parameters", "GET", {"foo": "1"}, 400),
    alternate("headers in another case are no headers", "GET", {"content-type": "text/plain"}, 400),
    alternate("one by its id", "GET", {"statementId": PLAIN}, 200, has("ETag")),
    alternate("If-None-Match is a header", "GET", {"statementId": PLAIN, "If-None-Match": "*"}, 304),
    alternate("GET has no content", "GET", {"content": CONTENT}, 400),
    alternate("about too", "GET", {}, 200, one(lambda a: "version" in a), path="about"),
    alternate("not offered stays not offered", "GET", {}, 404, path="activities"),
    alternate("PUT", "PUT", {"statementId": "NEW", "content": CONTENT}, 204),
    alternate("PUT with its type and length", "PUT", {"statementId": "NEW", "content": CONTENT, "Content-Type": "application/json", "Content-Length": str(len(CONTENT) + 33)}, 204),
    alternate("a length that is not the content's", "PUT", {"statementId": "NEW", "content": CONTENT, "Content-Length": "7"}, 400),
    alternate("a length that is no number", "PUT", {"statementId": "NEW", "content": CONTENT, "Content-Length": "x"}, 400),
    alternate("a type that is not taken", "PUT", {"statementId": "NEW", "content": CONTENT, "Content-Type": "text/plain"}, 400),
    alternate("PUT needs content", "PUT", {"statementId": "NEW"}, 400),
    alternate("POST", "POST", {"content": CONTENT}, 200, lambda a: len(a.get_json()) == 1),
    alternate("POST of a list", "POST", {"content": f"[{CONTENT}]"}, 200),
    alternate("POST knows no parameters", "POST", {"content": CONTENT, "statementId": "NEW"}, 400),
    alternate("content is UTF-8", "POST", {"content": CONTENT.replace("tat", "t\u00e4t")}, 200),
    alternate("content is a statement", "POST", {"content": "{}"}, 400),
    alternate("DELETE is not allowed here either", "DELETE", {}, 405),
    *(alternate("other methods", wrong, {}, 400) for wrong in ("HEAD", "get", "PATCH", "", "GET&method=GET", "GET&limit=1")),
    alternate("other versions are refused", "GET", {"X-Experience-API-Version": "0.95"}, 400),
    alternate("2.0.0 has no such syntax", "GET", {}, 400, one(lambda a: "1.0.x" in a["message"]), versions=NEW_ONE, section="2.0.0 4.1"),
    alternate("nor for about", "GET", {}, 400, versions=NEW_ONE, section="2.0.0 4.1", path="about"),
    alternate("a version is needed", "GET", {}, 400, form={"Authorization": "GIVEN"}),
    alternate("credentials are needed", "GET", {}, 401, form={"X-Experience-API-Version": "1.0.3"}),
    alternate("those in the header might be a browser's own", "GET", {}, 401, form={"X-Experience-API-Version": "1.0.3"}, headers={"X-Experience-API-Version": None}),
    alternate("beside a version in the header they are not", "GET", {}, 200, form={}, headers={}),
    alternate("the form's come first", "GET", {"Authorization": "Basic eDp5"}, 401, headers={}),
    alternate("they may lack the right", "POST", {"Authorization": "READ ONLY", "content": CONTENT}, 403),
    alternate("headers are plain text", "GET", {"Authorization": "Basic \u00fc"}, 400),
    Case("it is a form", "C 1.3", "POST /statements?method=GET", 400, is_so, {"limit": 1}, versions=OLD),
    Case("a form that is none", "C 1.3", "POST /statements?method=PUT", 400, is_so, b"{}", headers={"Content-Type": "application/x-www-form-urlencoded"}, versions=OLD),
    Case("a field twice", "C 1.3", "POST /statements?method=GET", 400, is_so, b"limit=1&limit=2", headers={"Content-Type": "application/x-www-form-urlencoded"}, versions=OLD),
    Case("bytes that are no UTF-8", "C 1.4", "POST /statements?method=GET", 400, is_so, b"verb=%ff", headers={"Content-Type": "application/x-www-form-urlencoded"}, versions=OLD),
    Case("too large a form", "C 3.2.s3.b11", "POST /statements?method=POST", 413, is_so, b"content=" + b"x" * 1_000_000, headers={"Content-Type": "application/x-www-form-urlencoded"}, versions=OLD),
    Case("no other method takes it", "C 1.3.s3.b1", "GET /statements?method=GET", 400, is_so),
    Case("no other method takes it", "C 1.3.s3.b1", "PUT /statements?method=PUT", 400, is_so, SENT),
]
# fmt: on
TABLES = {
    "about": ABOUT,
    "versions": VERSIONS,
    "credentials": CREDENTIALS,
    "single": SINGLE,
    "lists": LISTS,
    "formats": FORMATS,
    "parameters": PARAMETERS,
    "storing": STORING,
    "others": OTHERS,
    "alternate": ALTERNATE,
}

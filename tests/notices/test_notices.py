"""Notices that platforms send: checked, kept once, each on its own. Cases 73 to 77 of the reference."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms.keys import SigningKey
from lti_tool.platforms.service import set_active
from tests.conftest import QueryCounter
from tests.contract.launches.test_optional_claims import VALUES, patiently
from tests.demo.tool_stand_in import new_key
from tests.factories.entrances import make_tenant
from tests.notices.notifying import LTI, NotifyingPlatform
from tests.servers import Counterpart, serving

Bend = Callable[[NotifyingPlatform], str]


def test_a_hello_is_kept(notifying: NotifyingPlatform) -> None:
    claims = notifying.claims()
    answer = notifying.send(notifying.sign(claims))
    assert (answer.status_code, answer.get_json()) == (200, {"taken": 1, "refused": 0})
    assert notifying.kept() == [(claims[f"{LTI}notice"]["id"], "LtiHelloWorldNotice")]
    assert notifying.copies() == []


def test_a_context_copy_is_kept_with_its_origins(notifying: NotifyingPlatform) -> None:
    assert notifying.send(notifying.sign(notifying.copy_claims("new", "old", "older"))).status_code == 200
    assert notifying.copies() == [("new", ["old", "older"])]


def test_a_copy_without_an_origin_tells_nothing(notifying: NotifyingPlatform) -> None:
    claims = notifying.copy_claims(changes={f"{LTI}origin_contexts": None})
    assert notifying.send(notifying.sign(claims)).status_code == 200
    assert (len(notifying.kept()), notifying.copies()) == (1, [])


@pytest.mark.parametrize(
    ("origins", "kept"),
    [
        pytest.param([{}], [], id="origins that are none"),
        pytest.param(["x"] * 51, [], id="endless origins"),
        pytest.param("old", [], id="a word"),
        pytest.param({}, [], id="an object"),
        pytest.param(["old", "", None, 7, "older", "a\nb"], [("new", ["old", "older"])], id="some are odd"),
    ],
)
def test_origins_that_are_odd_are_none(
    notifying: NotifyingPlatform, origins: object, kept: list[tuple[str, list[str]]]
) -> None:
    claims = notifying.copy_claims(changes={f"{LTI}origin_contexts": origins})
    with capture_logs() as logs:
        assert notifying.send(notifying.sign(claims)).status_code == 200
    assert notifying.copies() == kept
    named = [line["claims"] for line in logs if line["event"] == "claims_set_aside"]
    assert len(named) == 1
    assert all(fault.startswith(f"{LTI}origin_contexts: ") for fault in named[0])


@patiently
@given(data=st.data())
def test_no_notice_is_refused_for_what_is_optional(data: st.DataObject, notifying: NotifyingPlatform) -> None:
    optional = (f"{LTI}origin_contexts", f"{LTI}roles", "sub", "jti", "nonce", f"{LTI}custom")
    changes = {name: data.draw(VALUES, name) for name in data.draw(st.sets(st.sampled_from(optional)))}
    members = {name: data.draw(VALUES, name) for name in ("title", "label", "type")}
    claims = notifying.copy_claims(changes={**changes, f"{LTI}context": {"id": "new", **members}})
    assert notifying.send(notifying.sign(claims)).status_code == 200


def test_a_refusal_names_the_claim(notifying: NotifyingPlatform) -> None:
    claims = notifying.copy_claims(changes={f"{LTI}context": {"title": "secret"}})
    with capture_logs() as logs:
        assert notifying.send(notifying.sign(claims)).status_code == 400
    refused = next(line for line in logs if line["event"] == "notice_refused")
    assert (refused["code"], refused["claim"], refused["rule"]) == (
        "claims_invalid", f"{LTI}context.id", "missing",
    )  # fmt: skip
    assert "secret" not in str(logs)


def test_a_notice_sent_again_is_one(notifying: NotifyingPlatform) -> None:
    """The very same token, and another token for the same notice."""
    claims = notifying.copy_claims()
    token, again = notifying.sign(claims), notifying.sign(claims | {"nonce": "another", "sub": "somebody"})
    for sent in ((token,), (token,), (again,), (token, again)):
        assert notifying.send(*sent).status_code == 200
    assert (len(notifying.kept()), len(notifying.copies())) == (1, 1)


def test_of_twenty_at_once_one_is_kept(notifying: NotifyingPlatform) -> None:
    token = notifying.sign(notifying.copy_claims())
    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(lambda _: notifying.send(token).status_code, range(20)))
    assert statuses == {200}
    assert (len(notifying.kept()), len(notifying.copies())) == (1, 1)


def test_a_type_that_nobody_knows_is_taken_and_does_nothing(notifying: NotifyingPlatform) -> None:
    assert notifying.send(notifying.sign(notifying.claims("LtiFutureNotice"))).status_code == 200
    assert notifying.copies() == []


def test_one_bad_notice_spoils_no_other(notifying: NotifyingPlatform) -> None:
    good, bad = notifying.sign(notifying.copy_claims("a")), notifying.sign(notifying.claims(aud="x", azp="x"))
    answer = notifying.send("nonsense", good, bad, notifying.sign(notifying.copy_claims("b")))
    assert (answer.status_code, answer.get_json()) == (200, {"taken": 2, "refused": 2})
    assert [context for context, _ in notifying.copies()] == ["a", "b"]


def test_equal_ids_of_two_platforms_are_two_notices(
    notifying: NotifyingPlatform, sessions: sessionmaker[Session], engine: Engine
) -> None:
    claims = notifying.claims()
    notifying.send(notifying.sign(claims))
    with unit_of_work(sessions) as session:
        other = make_tenant(session, issuer="https://other.example", client_id="other")
        session.execute(
            text(
                "update registration set jwks_url ="
                " (select jwks_url from registration where id = :ours) where id = :other"
            ),
            {"ours": notifying.platform.registration_id, "other": other.registration_id},
        )
    theirs = {"iss": "https://other.example", "aud": "other", "azp": "other", f"{LTI}deployment_id": "1"}
    assert notifying.send(notifying.sign(claims | theirs)).status_code == 200
    assert len(notifying.kept()) == 2


def changed(**changes: Any) -> Bend:
    return lambda notifying: notifying.sign(notifying.claims(**changes))


def signed_by_another(notifying: NotifyingPlatform) -> str:
    return SigningKey(new_key()).sign(notifying.claims(), {"kid": notifying.platform.lms.key.kid})


def altered(notifying: NotifyingPlatform) -> str:
    head, body, signature = notifying.sign(notifying.claims()).split(".")
    _, other, _ = notifying.sign(notifying.claims()).split(".")
    return ".".join((head, other if other != body else body, signature))


NOW = int(time.time())
REFUSED: dict[str, tuple[Bend, int]] = {
    "signed by another key": (signed_by_another, 401),
    "altered": (altered, 401),
    "no key id": (lambda n: n.sign(n.claims(), {"kid": None}), 401),
    "unknown key id": (lambda n: n.sign(n.claims(), {"kid": "unknown"}), 401),
    "not signed": (lambda n: jwt.encode(n.claims(), "", "none", {"kid": n.platform.lms.key.kid}), 401),
    "signed with a shared secret": (
        lambda n: jwt.encode(n.claims(), "x" * 32, "HS256", {"kid": n.platform.lms.key.kid}),
        401,
    ),
    "unknown issuer": (changed(iss="https://evil.example"), 401),
    "another audience": (changed(aud="another", azp="another"), 401),
    "several audiences without azp": (changed(aud=["segue", "another"], azp=None), 401),
    "azp of another": (changed(azp="another"), 401),
    "ours among audiences, azp of another": (changed(aud=["segue", "another"], azp="another"), 401),
    "unknown deployment": (changed(**{f"{LTI}deployment_id": "nowhere"}), 401),
    "expired": (changed(iat=NOW - 500, exp=NOW - 200), 401),
    "of long ago": (changed(iat=NOW - 3000, exp=NOW + 500), 401),
    "from the future": (changed(iat=NOW + 3000, exp=NOW + 6000), 401),
    "without exp": (changed(exp=None), 401),
    "without iat": (changed(iat=None), 401),
    "lives for days": (changed(exp=NOW + 900_000), 401),
    "without notice": (changed(**{f"{LTI}notice": None}), 400),
    "notice without id": (changed(**{f"{LTI}notice": {"type": "LtiHelloWorldNotice"}}), 400),
    "notice with an endless id": (changed(**{f"{LTI}notice": {"id": "x" * 256, "type": "a"}}), 400),
    "notice with NUL": (changed(**{f"{LTI}notice": {"id": "\x00", "type": "a"}}), 400),
    "notice of numbers": (changed(**{f"{LTI}notice": {"id": 1, "type": 2}}), 400),
    "without deployment": (changed(**{f"{LTI}deployment_id": None}), 400),
    "copy without context": (lambda n: n.sign(n.copy_claims(changes={f"{LTI}context": None})), 400),
    "copy of a list": (lambda n: n.sign(n.copy_claims(changes={f"{LTI}context": ["new"]})), 400),
    "aud a number": (changed(aud=5, azp=None), 400),
    "aud with NUL": (changed(aud="\x00", azp=None), 400),
    "aud of half a character": (changed(aud="\ud800", azp=None), 400),
    "iss of half a character": (changed(iss="https://\ud800"), 400),
    "azp of half a character": (changed(azp="\ud800"), 400),
    "iss a list": (changed(iss=["x"]), 400),
    "an endless audience": (changed(aud=["x"] * 500, azp=None), 400),
    "no token": (lambda _: "", 400),
    "not three parts": (lambda _: "a.b", 400),
    "not base64": (lambda _: "ä.ö.ü", 400),
    "a body that is none": (lambda n: n.sign(n.claims()).split(".")[0] + ".W10.x", 400),
    "of 100 KB": (changed(padding="x" * 100_000), 400),
}


@pytest.mark.parametrize("why", REFUSED)
def test_it_is_refused(notifying: NotifyingPlatform, why: str) -> None:
    bend, status = REFUSED[why]
    answer = notifying.send(bend(notifying))
    assert (answer.status_code, answer.get_json()) == (status, {"taken": 0, "refused": 1})
    assert (notifying.kept(), notifying.copies()) == ([], [])


def test_a_disabled_registration_tells_nothing(
    notifying: NotifyingPlatform, sessions: sessionmaker[Session]
) -> None:
    config = notifying.platform.lms.config
    with unit_of_work(sessions) as session:
        set_active(session, issuer=config.issuer, client_id=config.client_id, active=False)
    assert notifying.send(notifying.sign(notifying.claims())).status_code == 401


def test_without_the_platforms_keys_it_is_to_come_again(notifying: NotifyingPlatform) -> None:
    token = notifying.sign(notifying.claims())
    notifying.platform.server.put_json("/jwks.json", {}, status=500)
    answer = notifying.send(token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    notifying.platform.publish()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=11)):
        assert notifying.send(token).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"\xff", b"[]", b"null", b"{}", b'{"notices": []}', b'{"notices": {}}',
        b'{"notices": [1]}',
        b'{"notices": [{}]}', b'{"notices": [{"jwt": 1}]}', b"[" * 100_000,
        b'{"notices": [' + b",".join([b'{"jwt": "a.b.c"}'] * 51) + b"]}",
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_what_is_no_notices_is_refused(notifying: NotifyingPlatform, body: bytes) -> None:
    answer = notifying.post(body)
    assert (answer.status_code, answer.get_json()) == (400, {"error": "not_notices"})


def test_more_than_a_megabyte_is_not_read(notifying: NotifyingPlatform) -> None:
    assert notifying.post(b'{"notices": [{"jwt": "' + b"x" * 1_100_000 + b'"}]}').status_code == 413


def test_strangers_make_the_platform_be_asked_for_keys_once(notifying: NotifyingPlatform) -> None:
    tokens = [notifying.sign(notifying.claims(), {"kid": f"invented {number}"}) for number in range(50)]
    assert notifying.send(*tokens).status_code == 401
    assert len(notifying.platform.server.asked) == 1


@pytest.mark.parametrize("keys_were_kept", [True, False])
def test_a_platform_that_is_down_is_asked_for_keys_once(
    notifying: NotifyingPlatform,
    sessions: sessionmaker[Session],
    engine: Engine,
    keys_were_kept: bool,  # noqa: FBT001  # a column of the table
) -> None:
    """However many notices come in one request, and however long the platforms let us wait."""
    with unit_of_work(sessions) as session:
        make_tenant(session, issuer="https://other.example", client_id="other")
    theirs = {"iss": "https://other.example", "aud": "other", "azp": "other", f"{LTI}deployment_id": "1"}
    pair = notifying.sign(notifying.claims()), notifying.sign(notifying.claims() | theirs)
    down = Counterpart()
    with serving(down) as url, engine.begin() as connection:
        to = "update registration set jwks_url = :url || client_id"
        if keys_were_kept:
            down.answer = lambda _: Response(json.dumps(notifying.platform.lms.key.jwks()))
        connection.execute(text(to), {"url": f"{url}/"})
        connection.commit()
        if keys_were_kept:
            assert notifying.send(*pair).get_json() == {"taken": 2, "refused": 0}
            down.requests.clear()
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=26), tick=False) as clock:

            def fail_late(_: Request) -> Response:
                clock.shift(90)
                return Response(status=500)

            down.answer = fail_late
            answer = notifying.send(*pair * 25)
    assert (answer.status_code, answer.get_json()) == (503, {"taken": 0, "refused": 50})
    assert sorted(request.path for request in down.requests) == ["/other", "/segue"]


def test_the_queries_of_a_notice_are_few(notifying: NotifyingPlatform, count_queries: QueryCounter) -> None:
    notifying.send(notifying.sign(notifying.claims()))
    seen = []
    for size in (1, 10):
        with count_queries() as queries:
            notifying.send(*(notifying.sign(notifying.copy_claims(f"c{n}")) for n in range(size)))
        seen.append(len(queries))
    assert seen[1] == 10 * seen[0]
    assert seen[0] <= 8


def test_only_posts_are_taken(app: Flask) -> None:
    assert app.test_client().get("/lti/notices", base_url="http://127.0.0.1:8000").status_code == 405

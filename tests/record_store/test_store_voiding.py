"""Voided statements, and statements that refer to others."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from lti_tool.record_store.references import MAX_DEPTH

Sample = Callable[..., dict[str, Any]]
Ids = Callable[..., list[str]]
Void = Callable[..., dict[str, Any]]

ANA = json.dumps({"account": {"homePage": "https://lms.example", "name": "ana"}})


def status(store: FlaskClient, parameter: str, statement_id: str) -> int:
    return store.get("/xapi/statements", query_string={parameter: statement_id}).status_code


def ref(target: str) -> dict[str, Any]:
    return {"objectType": "StatementRef", "id": target}


def test_a_voided_statement_is_found_by_its_own_parameter_alone(
    store: FlaskClient, put_in: Sample, ids: Ids, void: Void
) -> None:
    target, other = put_in()["id"], put_in()["id"]
    assert (status(store, "statementId", target), status(store, "voidedStatementId", target)) == (200, 404)
    voiding = void(target)["id"]
    assert (status(store, "statementId", target), status(store, "voidedStatementId", target)) == (404, 200)
    assert (status(store, "statementId", voiding), status(store, "voidedStatementId", voiding)) == (200, 404)
    assert status(store, "statementId", other) == 200
    assert ids() == [voiding, other]
    found = store.get("/xapi/statements", query_string={"voidedStatementId": target}).get_json()
    assert found["id"] == target


def test_a_voiding_statement_may_come_first(store: FlaskClient, put_in: Sample, ids: Ids, void: Void) -> None:
    target = str(uuid4())
    voiding = void(target)["id"]
    assert ids() == [voiding]
    put_in(id=target)
    assert (status(store, "statementId", target), status(store, "voidedStatementId", target)) == (404, 200)
    assert ids() == [voiding]


def test_both_in_one_batch(store: FlaskClient, sample: Sample, ids: Ids) -> None:
    target = sample()
    voiding = sample(verb={"id": "http://adlnet.gov/expapi/verbs/voided"}, object=ref(target["id"].upper()))
    assert store.post("/xapi/statements", json=[voiding, target]).status_code == 200
    assert ids() == [voiding["id"]]


def test_a_voiding_statement_cannot_be_voided(
    store: FlaskClient, put_in: Sample, ids: Ids, void: Void
) -> None:
    target = put_in()["id"]
    voiding = void(target)["id"]
    useless = void(voiding)["id"]
    itself = str(uuid4())
    void(itself, id=itself)
    assert ids(ascending="true") == [voiding, useless, itself]
    assert status(store, "statementId", voiding) == 200
    assert status(store, "voidedStatementId", target) == 200


def test_another_verb_with_a_reference_voids_nothing(put_in: Sample, ids: Ids) -> None:
    target = put_in()["id"]
    remark = put_in(object=ref(target))["id"]
    beside = put_in(context={"statement": ref(target)})["id"]
    assert ids(ascending="true") == [target, remark, beside]


def test_a_filter_that_finds_the_target_lists_what_refers_to_it(put_in: Sample, ids: Ids, void: Void) -> None:
    registration = str(uuid4())
    target = put_in(
        context={"registration": registration, "contextActivities": {"parent": [{"id": "urn:parent"}]}}
    )["id"]
    confirmed = put_in(
        actor={"mbox": "mailto:b@example.org"}, verb={"id": "urn:confirmed"}, object=ref(target)
    )["id"]
    put_in(actor={"mbox": "mailto:b@example.org"}, verb={"id": "urn:confirmed"})
    put_in(actor={"mbox": "mailto:b@example.org"}, verb={"id": "urn:x"}, context={"statement": ref(target)})
    queries = [
        {"agent": ANA},
        {"activity": "https://tool.example/threads/1", "agent": ANA},
        {"activity": "urn:parent", "related_activities": "true"},
        {"registration": registration},
        {"agent": ANA, "verb": "https://verbs.example/posted", "registration": registration},
    ]
    for query in queries:
        assert ids(**query) == [confirmed, target], query
    # One statement must meet the whole filter: the referring one's verb and the target's agent don't add up.
    assert ids(agent=ANA, verb="urn:confirmed") == []

    voiding = void(target)["id"]
    for query in queries:
        assert ids(**query) == [voiding, confirmed], query


def test_time_and_sequence_go_by_the_referring_statement(
    store: FlaskClient, put_in: Sample, ids: Ids
) -> None:
    target = put_in()["id"]
    stored = store.get("/xapi/statements", query_string={"statementId": target}).get_json()["stored"]
    remark = put_in(actor={"mbox": "mailto:b@example.org"}, object=ref(target))["id"]
    assert ids(agent=ANA, since=stored) == [remark]
    assert ids(agent=ANA, until=stored) == [target]
    assert ids(agent=ANA, limit="1") == [remark]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_references_to_references_in_any_order(
    store: FlaskClient, sample: Sample, ids: Ids, order: list[int], *, in_one_batch: bool
) -> None:
    chain = [sample(actor={"mbox": "mailto:0@example.org"})]
    for number in range(1, 4):
        chain.append(sample(actor={"mbox": f"mailto:{number}@example.org"}, object=ref(chain[-1]["id"])))
    batch = [chain[place] for place in order]
    for sent in [batch] if in_one_batch else [[one] for one in batch]:
        assert store.post("/xapi/statements", json=sent).status_code == 200
    for number in range(4):
        agent = json.dumps({"mbox": f"mailto:{number}@example.org"})
        assert set(ids(agent=agent)) == {one["id"] for one in chain[number:]}
        assert len(ids(agent=agent)) == 4 - number


def test_references_in_a_circle_and_to_oneself(store: FlaskClient, sample: Sample, ids: Ids) -> None:
    a, b, c = str(uuid4()), str(uuid4()), str(uuid4())
    batch = [sample(id=a, object=ref(b)), sample(id=b, object=ref(a)), sample(id=c, object=ref(c))]
    assert store.post("/xapi/statements", json=batch).status_code == 200
    assert ids(agent=ANA, ascending="true") == [a, b, c]


def test_a_long_chain_is_followed_so_far(store: FlaskClient, sample: Sample, ids: Ids) -> None:
    chain = [sample(verb={"id": "urn:first"})]
    for _ in range(MAX_DEPTH + 5):
        chain.append(sample(object=ref(chain[-1]["id"])))
    assert store.post("/xapi/statements", json=chain).status_code == 200
    assert ids(verb="urn:first", ascending="true") == [one["id"] for one in chain[: MAX_DEPTH + 1]]

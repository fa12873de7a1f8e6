"""What is stored, what is refused, and that a batch is stored whole or not at all."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from lti_tool.settings import Settings

Sample = Callable[..., dict[str, Any]]
Ids = Callable[..., list[str]]
CASES = json.loads(
    (Path(__file__).parent.parent / "xapi" / "statement-cases.json").read_text(encoding="utf-8")
)


def one(store: FlaskClient, statement_id: str) -> dict[str, Any]:
    answer = store.get("/xapi/statements", query_string={"statementId": statement_id})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_statement_comes_back_as_it_was_sent_with_what_the_store_sets(
    store: FlaskClient, sample: Sample, settings: Settings
) -> None:
    sent = sample(
        stored="2001-01-01T00:00:00Z",
        authority={"mbox": "mailto:me@example.org"},
        result={
            "score": {"scaled": 0.1, "raw": 1e3},
            "duration": "PT1.5S",
            "response": 'é 漢 😀 \u0000 \\ " \t',
        },
        context={"extensions": {"https://x.example": {"null": None, "big": 10**30, "deep": [[[]]]}}},
    )
    before = datetime.now(UTC)
    answer = store.post("/xapi/statements", json=sent)
    assert (answer.status_code, answer.get_json()) == (200, [sent["id"]])

    found = one(store, sent["id"])
    stored, authority = found.pop("stored"), found.pop("authority")
    assert found.pop("version") == "1.0.0"
    assert found == {key: sent[key] for key in sent if key not in {"stored", "authority"}}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", stored)
    assert before <= datetime.fromisoformat(stored) <= datetime.now(UTC) + timedelta(milliseconds=1)
    assert authority["account"]["homePage"] == settings.base_url + "/xapi"
    assert authority["objectType"] == "Agent"
    assert authority["name"] == "a test"


def test_id_timestamp_and_version_are_set_when_missing(
    store: FlaskClient, store_2_0: FlaskClient, sample: Sample
) -> None:
    for client, version in ((store, "1.0.0"), (store_2_0, "2.0.0")):
        (made,) = client.post("/xapi/statements", json=sample(id=None, timestamp=None)).get_json()
        assert UUID(made).version == 4
        found = one(store, made)
        assert found["id"] == made
        assert found["timestamp"] == found["stored"]
        assert found["version"] == version


VERSIONS = [
    ("1.0.3", "1.0.0", 200),
    ("1.0.3", "1.0.9", 200),
    ("1.0.3", "1.0.01", 200),
    ("1.0.01", "1.0.01", 200),
    ("1.0.3-rc1", "1.0.0", 200),
    ("1.0.x", "1.0.0", 400),
    ("1.0.3", "2.0.0", 400),
    ("1.0.3", "0.9", 400),
    ("2.0.0", "2.0.0", 200),
    ("2.0.0", "1.0.3", 200),
    ("2.0.0", "2.1.0", 400),
]


def test_a_statement_keeps_its_version(store: FlaskClient, sample: Sample) -> None:
    for header, version, status in VERSIONS:
        sent = sample(version=version)
        answer = store.post("/xapi/statements", json=sent, headers={"X-Experience-API-Version": header})
        assert answer.status_code == status, (header, version, answer.text)
        if status == 200:
            assert one(store, sent["id"])["version"] == version


def test_context_agents_are_for_2_0_only(store: FlaskClient, store_2_0: FlaskClient, sample: Sample) -> None:
    mentor = {"objectType": "contextAgent", "agent": {"mbox": "mailto:m@example.org"}}
    sent = sample(context={"contextAgents": [mentor]})
    assert store.post("/xapi/statements", json=sent).status_code == 400
    assert store_2_0.post("/xapi/statements", json=sent).status_code == 200
    # Not turned into a statement of the older version for an older client.
    assert one(store, sent["id"])["context"] == sent["context"]


def test_other_spellings_of_a_time_are_returned_in_one_that_all_can_read(
    store: FlaskClient, store_2_0: FlaskClient, sample: Sample
) -> None:
    """ISO 8601 has more than RFC 3339, and 1.0.3 takes it (Data 4.5); 2.0.0 does not."""
    inner = {key: value for key, value in sample(timestamp="2026-W09-7T10Z").items() if key != "id"}
    for spelling, instant in (
        ("20260301T100000Z", "2026-03-01T10:00:00.000000Z"),
        ("2026-060T10,5+02", "2026-03-01T08:30:00.000000Z"),
        ("2026-02-28T24:00Z", "2026-03-01T00:00:00.000000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("2026-03-01t10:00:00z", "2026-03-01t10:00:00z"),
    ):
        sent = sample(timestamp=spelling, object=inner | {"objectType": "SubStatement"})
        assert store.post("/xapi/statements", json=sent).status_code == 200
        # The same statement, however its time is spelled.
        again = sent | {"timestamp": instant}
        assert store.post("/xapi/statements", json=again).status_code == 200
        found = one(store, sent["id"])
        assert found["timestamp"] == instant
        assert found["object"]["timestamp"] == "2026-03-01T10:00:00.000000Z"
    sent = sample(timestamp="20260301T100000Z", version="2.0.0")
    refused = store_2_0.post("/xapi/statements", json=sent)
    assert refused.status_code == 400
    assert "RFC 3339" in refused.get_json()["message"]


def test_times_of_2_0_are_returned_in_utc(store: FlaskClient, store_2_0: FlaskClient, sample: Sample) -> None:
    for client, expected in (
        (store, "2026-03-01T10:00:00+02:00"),
        (store_2_0, "2026-03-01T08:00:00.000000Z"),
    ):
        sent = sample(timestamp="2026-03-01T10:00:00+02:00")
        assert client.post("/xapi/statements", json=sent).status_code == 200
        assert one(store, sent["id"])["timestamp"] == expected


def test_a_single_context_activity_comes_back_as_a_list(store: FlaskClient, put_in: Sample) -> None:
    parent = {"id": "https://tool.example/p"}
    single, many = {"contextActivities": {"parent": parent}}, {"contextActivities": {"parent": [parent]}}
    inner = {"objectType": "SubStatement", "context": single}
    plain = {"actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "urn:v"}, "object": {"id": "urn:o"}}
    sent = put_in(context=single, object=inner | plain)
    found = one(store, sent["id"])
    assert found["context"] == many
    assert found["object"]["context"] == many


def test_each_case_of_the_specification(store_2_0: FlaskClient) -> None:
    for case in CASES:
        sent = case["statement"] | ({"id": str(uuid4())} if case["valid"] else {})
        answer = store_2_0.post("/xapi/statements", json=sent)
        assert answer.status_code == (200 if case["valid"] else 400), (case["name"], answer.text)
        if not case["valid"]:
            assert answer.get_json()["message"].startswith("Statement 1 of 1 is refused: $")


def test_a_batch_with_one_bad_statement_stores_nothing(store: FlaskClient, sample: Sample, ids: Ids) -> None:
    batch = [sample(), sample(), sample(verb={"id": "not an iri"}), sample()]
    answer = store.post("/xapi/statements", json=batch)
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith("Statement 3 of 4 is refused: $.verb.id: ")
    assert ids() == []


def test_a_batch_answers_with_its_ids_in_order_and_stores_in_order(
    store: FlaskClient, sample: Sample, ids: Ids
) -> None:
    batch = [sample() for _ in range(20)]
    wanted = [statement["id"] for statement in batch]
    assert store.post("/xapi/statements", json=batch).get_json() == wanted
    assert ids(ascending="true") == wanted
    stored = [one(store, found)["stored"] for found in wanted]
    assert stored == sorted(set(stored))


def test_the_same_id_twice_in_a_batch(store: FlaskClient, sample: Sample, ids: Ids) -> None:
    twice = sample()
    again = twice | {"id": twice["id"].upper()}
    for batch in ([twice, twice], [sample(), twice, again]):
        assert store.post("/xapi/statements", json=batch).status_code == 400
    assert ids() == []


def test_the_same_statement_again_is_taken_and_not_stored_twice(
    store: FlaskClient, sample: Sample, ids: Ids
) -> None:
    sent = sample()
    assert store.post("/xapi/statements", json=sent).status_code == 200
    kept = one(store, sent["id"])
    same = sent | {"timestamp": "2026-03-01T11:00:00.000+01:00", "verb": {"id": sent["verb"]["id"]}}
    fresh = sample()
    assert store.post("/xapi/statements", json=same).get_json() == [sent["id"]]
    assert store.put(f"/xapi/statements?statementId={sent['id']}", json=sent).status_code == 204
    assert store.post("/xapi/statements", json=[fresh, kept]).get_json() == [fresh["id"], sent["id"]]
    assert one(store, sent["id"]) == kept
    assert ids(ascending="true") == [sent["id"], fresh["id"]]


def test_another_statement_with_a_stored_id_is_a_conflict(
    store: FlaskClient, sample: Sample, ids: Ids
) -> None:
    sent = sample()
    assert store.post("/xapi/statements", json=sent).status_code == 200
    kept = one(store, sent["id"])
    other = sent | {"object": {"id": "https://tool.example/threads/2"}}
    for answer in (
        store.post("/xapi/statements", json=other),
        store.post("/xapi/statements", json=[sample(), other]),
        store.put(f"/xapi/statements?statementId={sent['id']}", json=other),
    ):
        assert answer.status_code == 409
        assert answer.get_json()["error"] == "conflict"
        assert sent["id"] in answer.get_json()["message"]
    assert one(store, sent["id"]) == kept
    assert ids() == [sent["id"]]


def test_put_takes_its_id_from_the_parameter(store: FlaskClient, sample: Sample) -> None:
    wanted = str(uuid4())
    assert store.put(f"/xapi/statements?statementId={wanted}", json=sample(id=None)).status_code == 204
    assert one(store, wanted)["id"] == wanted
    for body in ([sample(id=None)], sample(), sample(id=7), "x", None, 1):
        assert store.put(f"/xapi/statements?statementId={wanted}", json=body).status_code == 400


def test_an_empty_batch_is_stored_at_once(store: FlaskClient, ids: Ids) -> None:
    answer = store.post("/xapi/statements", json=[])
    assert (answer.status_code, answer.get_json()) == (200, [])
    assert ids() == []


def test_attachments_need_a_file_url(store: FlaskClient, sample: Sample) -> None:
    attachment = {
        "usageType": "https://x.example/essay",
        "display": {"en": "Essay"},
        "contentType": "text/plain",
        "length": 3,
        "sha2": "a" * 64,
    }
    inner = {"objectType": "SubStatement", "attachments": [attachment]}
    plain = {"actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "urn:v"}, "object": {"id": "urn:o"}}
    for sent in (sample(attachments=[attachment]), sample(object=inner | plain)):
        answer = store.post("/xapi/statements", json=sent)
        assert answer.status_code == 400
        assert "fileUrl" in answer.get_json()["message"]
    kept = sample(attachments=[attachment | {"fileUrl": "https://x.example/e.txt"}])
    assert store.post("/xapi/statements", json=kept).status_code == 200
    assert one(store, kept["id"])["attachments"] == kept["attachments"]

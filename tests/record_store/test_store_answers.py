"""Headers, formats and the multipart answer."""

import email
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

Sample = Callable[..., dict[str, Any]]
THROUGH = "X-Experience-API-Consistent-Through"


def test_last_modified_is_stored_and_the_etag_is_the_sha1_of_the_content(
    store: FlaskClient, put_in: Sample
) -> None:
    path = f"/xapi/statements?statementId={put_in()['id']}"
    answer = store.get(path)
    stored = datetime.fromisoformat(answer.get_json()["stored"])
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) == stored.replace(microsecond=0)
    assert answer.headers["ETag"] == f'"{hashlib.sha1(answer.data).hexdigest()}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"

    same = store.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert THROUGH in same.headers
    assert store.get(path, headers={"If-None-Match": '"else"'}).status_code == 200


def test_consistent_through_is_recent_and_on_every_answer(store: FlaskClient, sample: Sample) -> None:
    def through(answer: Any) -> datetime:
        return datetime.fromisoformat(answer.headers[THROUGH])

    before = datetime.now(UTC)
    assert before <= through(store.get("/xapi/statements")) <= datetime.now(UTC)
    sent = sample()
    posted = store.post("/xapi/statements", json=sent)
    found = store.get("/xapi/statements", query_string={"statementId": sent["id"]})
    assert through(posted) == datetime.fromisoformat(found.get_json()["stored"])
    assert through(found) >= through(posted)
    for answer in (
        store.post("/xapi/statements", json=sent),
        store.put(f"/xapi/statements?statementId={sent['id']}", json=sent),
        store.post("/xapi/statements", json=sample(verb=None)),
        store.post("/xapi/statements", json=sent | {"actor": {"mbox": "mailto:b@example.org"}}),
        store.get("/xapi/statements?foo=bar"),
        store.delete("/xapi/statements"),
        store.get("/xapi/statements?statementId=5d1f1d5c-0e41-4c0f-9d5b-2a2f4a3b9c11"),
    ):
        assert through(answer) >= through(posted)


FULL: dict[str, Any] = {
    "actor": {
        "objectType": "Group",
        "name": "All",
        "member": [{"name": "A", "mbox": "mailto:a@example.org"}],
    },
    "verb": {"id": "urn:v", "display": {"de": "tat", "en-GB": "did"}},
    "object": {
        "objectType": "SubStatement",
        "actor": {"objectType": "Agent", "name": "B", "openid": "https://b.example"},
        "verb": {"id": "urn:w", "display": {"en": "went"}},
        "object": {
            "objectType": "Activity",
            "id": "urn:quiz",
            "definition": {
                "name": {"en": "Quiz", "de": "Rätsel", "fr": "Jeu"},
                "description": {"fr": "Un jeu"},
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "interactionType": "choice",
                "choices": [{"id": "1", "description": {"en": "One", "de": "Eins"}}, {"id": "2"}],
            },
        },
        "context": {
            "team": {"objectType": "Group", "name": "T", "openid": "https://t.example", "member": []}
        },
    },
    "context": {
        "instructor": {"objectType": "Agent", "name": "I", "mbox": "mailto:i@example.org"},
        "contextAgents": [
            {"objectType": "contextAgent", "agent": {"name": "C", "mbox": "mailto:c@example.org"}}
        ],
        "contextGroups": [
            {
                "objectType": "contextGroup",
                "group": {"objectType": "Group", "name": "G", "openid": "https://g.example"},
            }
        ],
        "contextActivities": {"parent": [{"id": "urn:p", "definition": {"name": {"en": "P", "de": "E"}}}]},
        "extensions": {"urn:e": {"en": "stays", "de": "bleibt"}},
    },
}


def shown(store: FlaskClient, statement_id: str, *, language: str = "", **parameters: str) -> dict[str, Any]:
    answer = store.get(
        "/xapi/statements",
        query_string={"statementId": statement_id, **parameters},
        headers={"Accept-Language": language} if language else {},
    )
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_ids_keeps_only_what_identifies(store_2_0: FlaskClient, sample: Sample) -> None:
    sent = sample(**FULL)
    assert store_2_0.post("/xapi/statements", json=sent).status_code == 200
    found = shown(store_2_0, sent["id"], format="ids")
    assert set(found.pop("authority")) == {"account"}
    assert found.pop("stored")
    assert found == {
        "id": sent["id"],
        "timestamp": sent["timestamp"],
        "version": "2.0.0",
        "actor": {"objectType": "Group", "member": [{"mbox": "mailto:a@example.org"}]},
        "verb": {"id": "urn:v"},
        "object": {
            "objectType": "SubStatement",
            "actor": {"openid": "https://b.example"},
            "verb": {"id": "urn:w"},
            "object": {"id": "urn:quiz"},
            "context": {"team": {"objectType": "Group", "openid": "https://t.example"}},
        },
        "context": {
            "instructor": {"mbox": "mailto:i@example.org"},
            "contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:c@example.org"}}],
            "contextGroups": [
                {
                    "objectType": "contextGroup",
                    "group": {"objectType": "Group", "openid": "https://g.example"},
                }
            ],
            "contextActivities": {"parent": [{"id": "urn:p"}]},
            "extensions": FULL["context"]["extensions"],
        },
    }


def test_ids_of_an_agent_as_object_and_of_a_reference(store: FlaskClient, put_in: Sample) -> None:
    agent = put_in(object={"objectType": "Agent", "name": "O", "mbox": "mailto:o@example.org"})["id"]
    assert shown(store, agent, format="ids")["object"] == {
        "objectType": "Agent",
        "mbox": "mailto:o@example.org",
    }
    reference = {"objectType": "StatementRef", "id": agent}
    assert shown(store, put_in(object=reference)["id"], format="ids")["object"] == reference


@pytest.mark.parametrize(
    ("accepted", "verb", "name"),
    [
        ("", "de", "en"),
        ("de", "de", "de"),
        ("en", "en-GB", "en"),
        ("en-US", "en-GB", "en"),
        ("fr;q=0.2, de;q=0.1", "de", "fr"),
        ("en;q=0, *;q=0.5", "de", "de"),
        ("EN-gb, DE;q=0.9", "en-GB", "de"),
        ("*", "de", "en"),
    ],
)
def test_canonical_picks_one_language_for_each_map(
    store_2_0: FlaskClient, sample: Sample, accepted: str, verb: str, name: str
) -> None:
    sent = sample(**FULL)
    # As text: the test client would sort the languages.
    answer = store_2_0.post("/xapi/statements", data=json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200
    found = shown(store_2_0, sent["id"], format="canonical", language=accepted)
    definition, inner = found["object"]["object"]["definition"], FULL["object"]["object"]["definition"]
    assert found["verb"]["display"] == {verb: FULL["verb"]["display"][verb]}
    assert definition["name"] == {name: inner["name"][name]}
    assert definition["description"] == inner["description"]
    assert len(definition["choices"][0]["description"]) == 1
    assert definition["choices"][1] == {"id": "2"}
    assert len(found["context"]["contextActivities"]["parent"][0]["definition"]["name"]) == 1
    assert found["context"]["extensions"] == FULL["context"]["extensions"]
    assert found["actor"] == FULL["actor"]
    assert shown(store_2_0, sent["id"])["verb"] == FULL["verb"]


def test_attachments_true_answers_in_parts(store: FlaskClient, put_in: Sample) -> None:
    statement = put_in()
    for query, of_one in (
        ("?attachments=true", False),
        (f"?attachments=true&statementId={statement['id']}", True),
    ):
        answer = store.get("/xapi/statements" + query)
        head = f"Content-Type: {answer.content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
        message = email.message_from_bytes(head + answer.data)
        assert message.get_content_type() == "multipart/mixed"
        (part,) = [one for one in message.walk() if not one.is_multipart()]
        assert part.get_content_type() == "application/json"
        found = json.loads(str(part.get_payload()))
        assert (found if of_one else found["statements"][0])["id"] == statement["id"]
    assert store.get("/xapi/statements?attachments=false").content_type == "application/json"

"""Each filter finds what the specification says, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Sample = Callable[..., dict[str, Any]]
Ids = Callable[..., list[str]]

ANA: dict[str, Any] = {"account": {"homePage": "https://lms.example", "name": "ana"}}
MAIL = {"mbox": "mailto:Ben@Example.org"}
HASH = {"mbox_sha1sum": "ABCDEF0123" * 4}
OPENID = {"openid": "https://id.example/cleo"}
TEAM: dict[str, Any] = {"objectType": "Group", "account": {"homePage": "https://lms.example", "name": "team"}}
VERB = {"id": "urn:v"}
THING: dict[str, Any] = {"id": "https://tool.example/thing"}
REGISTRATION = "5D1F1D5C-0e41-4c0f-9d5b-2a2f4a3b9c11"


def find(ids: Ids, *, agent: dict[str, Any] | None = None, **parameters: str) -> list[str]:
    return ids(**({"agent": json.dumps(agent)} if agent else {}), **parameters)


@pytest.mark.parametrize(
    ("actor", "same", "other"),
    [
        (ANA | {"name": "Ana"}, ANA | {"objectType": "Agent", "name": "Someone"}, ANA | TEAM),
        (MAIL, {"mbox": "mailto:Ben@EXAMPLE.ORG"}, {"mbox": "mailto:ben@example.org"}),
        (HASH, {"mbox_sha1sum": HASH["mbox_sha1sum"].lower()}, {"mbox_sha1sum": "0" * 40}),
        (OPENID, OPENID, {"openid": "https://id.example/cleo/"}),
        (
            TEAM | {"member": [MAIL]},
            TEAM,
            {"account": TEAM["account"] | {"homePage": "https://other.example"}},
        ),
    ],
    ids=["account", "mbox", "mbox_sha1sum", "openid", "group"],
)
def test_an_agent_is_known_by_its_identifier(
    put_in: Sample, ids: Ids, actor: dict[str, Any], same: dict[str, Any], other: dict[str, Any]
) -> None:
    wanted = put_in(actor=actor)["id"]
    put_in(actor={"mbox": "mailto:nobody@example.org"})
    assert find(ids, agent=same) == [wanted]
    assert find(ids, agent=other) == []


def test_agent_is_the_actor_or_the_object_and_a_member_counts(put_in: Sample, ids: Ids) -> None:
    wanted = [
        put_in(actor=MAIL),
        put_in(actor={"objectType": "Group", "member": [OPENID, MAIL]}),
        put_in(actor=TEAM | {"member": [MAIL]}),
        put_in(object={"objectType": "Agent"} | MAIL),
        put_in(object=TEAM | {"member": [MAIL]}),
        put_in(actor=MAIL, object={"objectType": "Agent"} | MAIL),
    ]
    put_in(context={"instructor": MAIL})
    assert find(ids, agent=MAIL, ascending="true") == [statement["id"] for statement in wanted]


RELATED_AGENTS: list[dict[str, Any]] = [
    {"actor": MAIL},
    {"object": {"objectType": "Agent"} | MAIL},
    {"context": {"instructor": MAIL}},
    {"context": {"instructor": {"objectType": "Group", "member": [MAIL]}}},
    {"context": {"team": TEAM | {"member": [MAIL]}}},
    {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": MAIL}]}},
    {"context": {"contextGroups": [{"objectType": "contextGroup", "group": TEAM | {"member": [MAIL]}}]}},
]


def test_related_agents_are_found_in_each_of_their_places(
    store_2_0: FlaskClient, sample: Sample, ids: Ids
) -> None:
    plain = {"actor": ANA, "verb": VERB, "object": THING}
    inner = [{"object": plain | place | {"objectType": "SubStatement"}} for place in RELATED_AGENTS]
    sent = [sample(**place) for place in RELATED_AGENTS + inner]
    assert store_2_0.post("/xapi/statements", json=[sample(), *sent]).status_code == 200

    direct = find(ids, agent=MAIL, ascending="true")
    assert direct == [statement["id"] for statement in sent[:2]]
    related = find(ids, agent=MAIL, related_agents="true", ascending="true")
    assert related == [statement["id"] for statement in sent]


def test_related_agents_include_the_authority(store: FlaskClient, put_in: Sample, ids: Ids) -> None:
    wanted = put_in()["id"]
    authority = store.get(f"/xapi/statements?statementId={wanted}").get_json()["authority"]
    assert find(ids, agent=authority) == []
    assert find(ids, agent=authority, related_agents="true") == [wanted]


RELATED_ACTIVITIES: list[dict[str, Any]] = [
    {"object": THING},
    {"object": THING | {"objectType": "Activity", "definition": {"name": {"en": "Thing"}}}},
    *(
        {"context": {"contextActivities": {kind: [THING]}}}
        for kind in ("parent", "grouping", "category", "other")
    ),
    {"context": {"contextActivities": {"parent": THING}}},
    {"context": {"contextActivities": {"other": [{"id": "urn:first"}, THING]}}},
]


def test_related_activities_are_found_in_each_of_their_places(
    store: FlaskClient, sample: Sample, ids: Ids
) -> None:
    plain = {"actor": ANA, "verb": VERB, "object": {"id": "urn:else"}}
    inner = [{"object": plain | place | {"objectType": "SubStatement"}} for place in RELATED_ACTIVITIES]
    sent = [sample(**place) for place in RELATED_ACTIVITIES + inner]
    elsewhere = sample(verb={"id": THING["id"]}, object={"objectType": "Agent", "openid": THING["id"]})
    assert store.post("/xapi/statements", json=[sample(), elsewhere, *sent]).status_code == 200

    assert find(ids, activity=THING["id"], ascending="true") == [statement["id"] for statement in sent[:2]]
    related = find(ids, activity=THING["id"], related_activities="true", ascending="true")
    assert related == [statement["id"] for statement in sent]
    assert find(ids, activity=THING["id"] + "/", related_activities="true") == []


def test_verb_and_registration_are_the_statements_own(put_in: Sample, ids: Ids) -> None:
    inner = {"objectType": "SubStatement", "actor": ANA, "object": THING, "verb": VERB}
    context = {"registration": REGISTRATION}
    wanted = put_in(verb=VERB, context=context)["id"]
    put_in(object=inner | {"context": context})
    assert find(ids, verb=VERB["id"]) == [wanted]
    assert find(ids, verb="urn:V") == []
    assert find(ids, registration=REGISTRATION.upper()) == [wanted]
    assert find(ids, registration=REGISTRATION.replace("5D", "6d")) == []


def test_filters_hold_together(put_in: Sample, ids: Ids) -> None:
    verbs, things = [{"id": "urn:1"}, {"id": "urn:2"}], [THING, {"id": "urn:other"}]
    actors: list[dict[str, Any]] = [ANA, MAIL]
    made = [
        (verb, actor, thing, put_in(verb=verb, actor=actor, object=thing)["id"])
        for verb in verbs
        for actor in actors
        for thing in things
    ]
    for verb, actor, thing, wanted in made:
        assert find(ids, agent=actor, verb=verb["id"], activity=thing["id"]) == [wanted]
        both = [statement_id for v, a, _, statement_id in made if (v, a) == (verb, actor)]
        assert find(ids, agent=actor, verb=verb["id"], ascending="true") == both


def test_since_is_exclusive_and_until_inclusive(store: FlaskClient, put_in: Sample, ids: Ids) -> None:
    wanted = [put_in()["id"] for _ in range(5)]
    times = [store.get(f"/xapi/statements?statementId={one}").get_json()["stored"] for one in wanted]
    for filters in ({}, {"verb": "https://verbs.example/posted"}):
        assert ids(since=times[1], ascending="true", **filters) == wanted[2:]
        assert ids(until=times[1], ascending="true", **filters) == wanted[:2]
        assert ids(since=times[0], until=times[3], **filters) == wanted[1:4][::-1]
        assert ids(since=times[4], **filters) == []
        assert ids(since=times[3], until=times[3], **filters) == []
    # Beyond the microsecond that `stored` is kept in, and in another time zone.
    assert ids(since=times[1].replace("Z", "999Z"), ascending="true") == wanted[2:]
    assert ids(until=times[1].replace("Z", "999Z"), ascending="true") == wanted[:2]
    assert ids(since=times[1].replace("Z", "+00:00"), ascending="true") == wanted[2:]


def test_limit_and_order(put_in: Sample, ids: Ids) -> None:
    wanted = [put_in()["id"] for _ in range(3)]
    assert ids(limit="2") == wanted[:0:-1]
    assert ids(limit="2", ascending="true") == wanted[:2]
    assert ids(limit="0", ascending="true") == wanted

"""The guide's blocks run on any store: empty, with one kind of act missing, with other tools' statements.

The store is the real one, over HTTP; the statements are those that the documentation shows, one of each act.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.record_store.credentials import add_credential
from lti_tool.settings import Settings
from tests.servers import serving
from tests.statements.test_guide import blocks, follow_in_shell
from xapi.catalogue import EVENTS as ALL_EVENTS
from xapi.catalogue import examples
from xapi.client import RecordStoreClient

# Each act once. Those that take an answer's acceptance or a resolution back stand apart.
UNDOING = {"acceptance_taken_back", "request_reopened"}
EVENTS = tuple(name for name in ALL_EVENTS if name not in UNDOING)

Json = dict[str, Any]
REFERRED_TO = "00000000-0000-4000-8000-000000000001"
# Runs the blocks as the cells of a new notebook for each line: JSON in, JSON of what each block printed out.
NOTEBOOKS = """
import contextlib, io, json, os, sys, traceback
import matplotlib.pyplot as plt
import pandas
for line in sys.stdin:
    asked = json.loads(line)
    os.chdir(asked["folder"])
    os.environ.update(asked["environment"])
    said, error, names = [], "", {"__name__": "notebook"}
    try:
        for number, block in enumerate(asked["blocks"]):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block, f"block {number}", "exec"), names)
            said.append(out.getvalue())
    except Exception:
        error = traceback.format_exc()
    plt.close("all")
    print(json.dumps({"said": said, "error": error}), flush=True)
"""


def of(*events: str) -> list[Json]:
    return [json.loads(examples.example(event)) for event in events]


def without(event: str) -> list[Json]:
    return of(*(name for name in EVENTS if name != event))


def theirs() -> list[Json]:
    """Other tools' statements: sparse, with agents and objects of each kind, and verbs much like ours."""
    ann, verb = {"mbox": "mailto:ann@example.org"}, {"id": "https://other.example/verbs/posted"}
    thing = {"id": "https://other.example/things/1"}
    group = {"objectType": "Group", "member": [ann, {"openid": "https://ben.example/"}]}
    course = thing | {"definition": {"type": "http://adlnet.gov/expapi/activities/course"}}
    displayed = {"id": "http://id.tincanapi.com/verb/replied", "display": {"de": "antwortete"}}
    inner = {"objectType": "SubStatement", "actor": ann, "verb": verb, "object": thing}
    within = {"contextActivities": {"parent": thing, "grouping": course}}
    asked = {**verb, "display": {"en": "asked"}}
    return [
        {"actor": ann, "verb": verb, "object": thing},
        {"actor": group, "verb": verb, "object": thing, "timestamp": "9999-12-31T23:59:59Z"},
        {"actor": {"mbox_sha1sum": "a" * 40}, "verb": displayed, "object": group},
        {"actor": ann, "verb": displayed, "object": {"objectType": "StatementRef", "id": REFERRED_TO}},
        {"actor": ann, "verb": verb, "object": inner},
        {"actor": ann, "verb": asked, "object": course, "timestamp": "20260301T10Z"},
        {"actor": ann, "verb": displayed, "object": thing, "context": within},
        {"actor": ann, "verb": {"id": "http://adlnet.gov/expapi/verbs/asked"}, "object": thing},
    ]


def voided() -> list[Json]:
    """Everything, taken back."""
    void = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    agent = {"mbox": "mailto:admin@example.org"}
    return [
        *of(*EVENTS),
        *(
            {"actor": agent, "verb": void, "object": {"objectType": "StatementRef", "id": one["id"]}}
            for one in of(*EVENTS)
        ),
    ]


def with_nul() -> list[Json]:
    """A character that PostgreSQL's JSON refuses, beside what only looks like its escape."""
    found = of(*EVENTS)
    for one, text in zip(found, ("a\0b", "\\u0000", "\\\0", "\\\\u0000") * 20, strict=False):
        one["result"] = one.get("result", {}) | {"response": text}
        one["context"]["extensions"]["https://other.example/x"] = {text: [text]}
    return found


ACTS = (
    *("launched", "thread_posted", "reply_posted", "help_asked", "answer_posted", "answer_accepted"),
    *("request_resolved", "follow_up_planned", "outcome_reported"),
)
STORES: dict[str, Callable[[], list[Json]]] = {
    "empty": list,
    "launches only": lambda: of("launched"),
    **{f"without {act}": (lambda act=act: without(act)) for act in ACTS},  # type: ignore[misc]
    "other tools' alone": theirs,
    "other tools' among ours": lambda: [*of(*EVENTS), *theirs()],
    "a NUL in a value": with_nul,
    "with an acceptance and a resolution taken back": lambda: of(*EVENTS, *sorted(UNDOING)),
    "all voided": voided,
}


class Ran(NamedTuple):
    said: str
    rows: list[list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Json], Json]]:
    """One process for all stores, since it takes seconds to import what draws."""
    drawing = {"MPLBACKEND": "Agg", "MPLCONFIGDIR": str(tmp_path_factory.mktemp("matplotlib"))}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", NOTEBOOKS],
        env=os.environ | drawing, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout

        def run(asked: Json) -> Json:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            found: Json = json.loads(process.stdout.readline())
            return found

        yield run
        process.stdin.close()
        assert process.wait(timeout=60) == 0


@pytest.fixture
def run(
    app: Flask,
    sessions: sessionmaker[Session],
    settings: Settings,
    notebooks: Callable[[Json], Json],
    tmp_path: Path,
) -> Callable[[list[Json]], Ran]:
    """Store these statements, and run every block that reads a store."""

    def fill_and_run(statements: list[Json]) -> Ran:
        with unit_of_work(sessions) as session:
            username, secret = add_credential(session, label="a test", can_write=True)
        with serving(app) as address:
            with RecordStoreClient(f"{address}/xapi", username, secret) as store:
                for start in range(0, len(statements), 50):
                    batch = [json.dumps(one) for one in statements[start : start + 50]]
                    answer = store.post_statements(batch)
                    assert answer.status == 200, answer
            there = {"STORE": f"{address}/xapi", "STORE_USER": username, "STORE_SECRET": secret}
            follow_in_shell(blocks("sh")[2:], tmp_path, there)
            asked = {"folder": str(tmp_path), "environment": there, "blocks": blocks("python")}
            found = notebooks(asked)
        assert found["error"] == ""
        with psycopg.connect(settings.database_url or "") as connection:
            rows = [connection.execute(block.encode()).fetchall() for block in blocks("sql")]
        return Ran("\n".join(found["said"]), rows)

    return fill_and_run


@pytest.mark.parametrize("store", STORES)
def test_every_block_runs_on_any_store(run: Callable[[list[Json]], Ran], store: str) -> None:
    ran = run(STORES[store]())
    for words in EXPECTED[store]:
        assert words in ran.said, ran.said
    kinds, waits = ran.rows
    assert bool(kinds) is (store not in {"empty", "all voided"})
    if EXPECTED[store] is WHOLE:
        ((_course, asked, answered, hours),) = waits
        assert (asked, answered, hours) == (1, 1, 0)


def test_there_are_sixteen_stores_and_what_is_expected_of_each() -> None:
    assert len(STORES) == 16
    assert set(EXPECTED) == set(STORES)


NOBODY = "by name: 0 people, 0 acts\nanonymous or by the tool itself: 0 acts"
WHOLE = (
    "answered: 1 of 1",
    "accepted: 1 - said to be solved: 1 - of 1",
    "1 of 1 done",
    "anonymous or by the tool itself: 1 acts",
)
EXPECTED: dict[str, tuple[str, ...]] = {
    "empty": (
        "0 statements, the first stored never",
        "no contributions yet",
        "answered: 0 of 0",
        "0 of 0 done",
        NOBODY,
    ),
    "launches only": (
        "1 statements, the first stored 20",
        "no contributions yet",
        "answered: 0 of 0",
        "by name: 1 people, 1 acts",
    ),
    "without launched": WHOLE,
    "without thread_posted": WHOLE,
    "without reply_posted": WHOLE,
    "without help_asked": ("answered: 0 of 0", "accepted: 0 - said to be solved: 1 - of 0"),
    "without answer_posted": ("answered: 0 of 1", "accepted: 1 - said to be solved: 1 - of 1"),
    "without answer_accepted": ("answered: 1 of 1", "accepted: 0 - said to be solved: 1 - of 1"),
    "without request_resolved": ("answered: 1 of 1", "accepted: 1 - said to be solved: 0 - of 1"),
    "without follow_up_planned": ("0 of 0 done",),
    "without outcome_reported": ("no report yet    1", "0 of 1 done"),
    "other tools' alone": ("8 statements, the first stored 20", "no contributions yet", NOBODY),
    "other tools' among ours": WHOLE,
    "a NUL in a value": WHOLE,
    "with an acceptance and a resolution taken back": ("answered: 1 of 1", "said to be solved: 0 - of 1"),
    "all voided": ("answered: 0 of 0", NOBODY),
}

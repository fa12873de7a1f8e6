"""Pages: `more` leads through everything once, whatever arrives meanwhile."""

import json
from collections.abc import Callable
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.record_store.parameters import Page
from lti_tool.record_store.queries import _listed, find_page
from tests.conftest import QueryCounter

Sample = Callable[..., dict[str, Any]]
ANA = json.dumps({"account": {"homePage": "https://lms.example", "name": "ana"}})


def post(store: FlaskClient, batch: list[dict[str, Any]]) -> list[str]:
    answer = store.post("/xapi/statements", json=batch)
    assert answer.status_code == 200
    found: list[str] = answer.get_json()
    return found


def walk(
    store: FlaskClient, start: str, *, at_each_page: Callable[[], object] = lambda: None
) -> list[list[str]]:
    pages, more = [], start
    while more:
        result = store.get(more).get_json()
        pages.append([statement["id"] for statement in result["statements"]])
        more = result["more"]
        at_each_page()
        assert len(pages) < 50
    return pages


@pytest.mark.parametrize("filters", ["", "&verb=https://verbs.example/posted", "&agent=" + ANA])
def test_a_list_while_new_statements_arrive(store: FlaskClient, sample: Sample, filters: str) -> None:
    known = post(store, [sample() for _ in range(25)])
    later: list[str] = []

    def arrive() -> None:
        if len(later) < 6:
            later.extend(post(store, [sample(), sample()]))

    down = walk(store, "/xapi/statements?limit=7" + filters, at_each_page=arrive)
    assert [len(page) for page in down] == [7, 7, 7, 4]
    assert list(chain(*down)) == known[::-1]

    known += later
    later.clear()
    up = walk(store, "/xapi/statements?limit=7&ascending=true" + filters, at_each_page=arrive)
    assert list(chain(*up)) == known + later


def test_more_is_empty_on_a_last_page_that_is_full(store: FlaskClient, sample: Sample) -> None:
    post(store, [sample() for _ in range(6)])
    assert [len(page) for page in walk(store, "/xapi/statements?limit=3")] == [3, 3]


def test_a_page_has_at_most_100(store: FlaskClient, sample: Sample) -> None:
    post(store, [sample() for _ in range(101)])
    for limit in ("", "?limit=0", "?limit=5000"):
        assert [len(page) for page in walk(store, "/xapi/statements" + limit)] == [100, 1]


def test_more_keeps_the_request_and_can_be_asked_for_again(store: FlaskClient, sample: Sample) -> None:
    post(store, [sample(result={"response": "ä&=+ "}, actor=json.loads(ANA)) for _ in range(5)])
    post(store, [sample(actor={"mbox": "mailto:x@example.org"}) for _ in range(5)])
    start = {"limit": "2", "agent": ANA, "format": "ids", "since": "2026-01-01T00:00:00+01:00"}
    first = store.get("/xapi/statements", query_string=start).get_json()
    more = urlsplit(first["more"])
    assert (more.scheme, more.netloc, more.path) == ("", "", "/xapi/statements")
    kept = {name: values for name, values in parse_qs(more.query).items() if name != "cursor"}
    assert kept == {name: [value] for name, value in start.items()}
    second = store.get(first["more"]).get_json()
    assert store.get(first["more"]).get_json() == second
    assert second["statements"][0]["actor"] == json.loads(ANA)
    assert "display" not in second["statements"][0]["verb"]
    assert len(walk(store, first["more"])) == 2


def test_a_page_takes_the_same_few_queries_however_much_there_is(
    store: FlaskClient, sample: Sample, count_queries: QueryCounter
) -> None:
    counts = []
    for size in (1, 60):
        post(store, [sample() for _ in range(size)])
        with count_queries() as asked:
            assert store.get("/xapi/statements", query_string={"agent": ANA}).status_code == 200
        counts.append(len(asked))
    assert counts == [3, 3]  # the credential, how far all is visible, the page


def test_a_batch_takes_the_same_few_queries_however_large(
    store: FlaskClient, sample: Sample, count_queries: QueryCounter
) -> None:
    counts = []
    for size in (1, 60):
        with count_queries() as asked:
            post(store, [sample() for _ in range(size)])
        counts.append(len(asked))
    assert counts == [5, 5]  # and two COPYs, which SQLAlchemy does not see


MANY = 20_000
FILL = (
    f"""insert into record_store_statement
        select n, gen_random_uuid(), null, false, repeat('x', 500) from generate_series(1, {MANY}) n""",
    # A key that all have, such as a verb, and one that few have, such as an agent.
    f"""insert into record_store_match
        select kind.key::uuid, n, n from generate_series(1, {MANY}) n,
        lateral (values (lpad('1', 32, '0')), (lpad((n % 500 + 1000)::text, 32, '0'))) as kind (key)""",
    "analyze record_store_statement, record_store_match",
)


SECOND_HALF = {"since": MANY // 2}
FIRST_HALF = {"until": MANY // 2}


def page_of(*keys: str, **more: Any) -> Page:
    usual = {"since": None, "until": None, "after": None, "ascending": False, "limit": 100}
    return Page(keys=tuple(key.zfill(32) for key in keys), **usual | more)


@pytest.mark.parametrize("keys", [(), ("1",), ("1000",), ("1", "1000"), ("1000", "1")])
@pytest.mark.parametrize(
    ("more", "share"), [({}, 1), (SECOND_HALF, 2), (FIRST_HALF, 2), (SECOND_HALF | {"ascending": True}, 2)]
)
def test_no_page_reads_all_statements(
    session: Session, keys: tuple[str, ...], more: dict[str, Any], share: int
) -> None:
    for statement in FILL:
        session.execute(text(statement))
    wanted = page_of(*keys, **more)
    found, _ = find_page(session, wanted)
    assert len(found) == (40 // share if "1000" in keys else 100)
    query = _listed(wanted).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.scalars(text(f"explain {query}")))
    assert "Seq Scan on record_store_statement" not in plan
    assert "hashed SubPlan" not in plan


@pytest.mark.parametrize("keys", [("1", "1000"), ("1000", "1"), ("1", "2"), ("2", "1")])
def test_a_page_visits_as_few_as_the_rarest_filter_has_however_often_it_was_asked(
    session: Session, keys: tuple[str, ...]
) -> None:
    """After some times PostgreSQL would plan for any values alike, and begin at what all statements have."""
    for statement in FILL:
        session.execute(text(statement))
    session.execute(text("set local plan_cache_mode = force_generic_plan"))
    visits = text("select idx_tup_fetch from pg_stat_xact_user_tables where relname = 'record_store_match'")
    for _ in range(12):
        before = session.scalar(visits)
        found, _ = find_page(session, page_of(*keys))
        assert len(found) == (40 if "1000" in keys else 0)
        assert session.scalar(visits) - before <= 100

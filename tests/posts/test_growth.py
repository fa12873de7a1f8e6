"""What a page costs PostgreSQL does not grow with the data: rows and index entries that were read, counted.

Both ways in which PostgreSQL plans a query: for the values at hand, and for any values, as it does where a
connection put the query some times before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from bench.threads_fill import Filled, add_thread, fill, settle
from lti_tool.app import create_app
from lti_tool.core.db import make_engine, make_sessions
from lti_tool.settings import Settings
from tests.conftest import SECRET, cloned_database

pytestmark = pytest.mark.slow

POSTS, LONG = 60_000, 5_000
A_PAGE = 2_000
"""A page of 50 posts, or of 30 threads, with its joins; some plans sort the 600 threads of an activity."""
_READ = """
    select (select sum(seq_tup_read) from pg_stat_user_tables)
        + (select sum(idx_tup_read) from pg_stat_user_indexes)
"""
# Conversations are written at the same time, so the rows of one lie far apart on disk. PostgreSQL makes other
# plans for rows that lie together, and some bad plans show only here.
_MIX_POSTS = """
    create unique index mixed on post (submission_key);
    cluster post using mixed;
    drop index mixed
"""
# So many that looking through all of them would be told.
_OTHER_PEOPLE = """
    insert into person (id, created_at, registration_id, sub, name)
    select gen_random_uuid(), now(), (select id from registration), 'other-' || n, 'Other ' || n
    from generate_series(1, 20000) as n
"""
# Thousands that are answered or resolved, and a few that wait: the oldest.
_REQUESTS = """
    with asked as (
        insert into conversation (id, created_at, course_id, placement_id, kind, author_id, title,
            reply_count, answer_count, resolved_at, last_activity_at, submission_key, audience)
        select (lpad(to_hex(n), 12, '0') || '00007000800000000000')::uuid, now(), :course, :placement,
            'help_request', :person, 'How?', n % 3, least(n % 3, 1),
            case when n > 60 and n % 6 in (0, 1, 3) then now() end, now(), gen_random_uuid(), 'course'
        from generate_series(1, 9000) as n
        returning id, created_at, course_id, author_id, resolved_at
    )
    insert into help_request (conversation_id, created_at, course_id, author_id, tried, tried_html, expected,
        expected_html, got, got_html, help_wanted, what_fixed_it, resolved_by_id)
    select id, created_at, course_id, author_id, '', '', '', '', '', '', 'hint',
        case when resolved_at is not null then 'This.' end,
        case when resolved_at is not null then author_id end
    from asked
"""


@dataclass(frozen=True)
class Full:
    """A database with much in it."""

    url: str
    filled: Filled
    usual: UUID
    long: UUID


@pytest.fixture(scope="module")
def full(server_url: str, administration: Engine, template_database: str) -> Iterator[Full]:
    with cloned_database(server_url, administration, template_database) as url:
        engine = make_engine(url)
        filled = settle(make_sessions(engine, _settings(url)))
        usual = add_thread(engine, filled, 50)
        fill(engine, filled, POSTS // 2)
        long = add_thread(engine, filled, LONG)
        fill(engine, filled, POSTS // 2)
        with engine.begin() as connection:
            connection.execute(text(_OTHER_PEOPLE))
            course, placement = filled.placements[0]
            asked = {"course": course, "placement": placement, "person": filled.people[1]}
            connection.execute(text(_REQUESTS), asked)
            connection.execute(text(_MIX_POSTS))
            connection.execute(text("analyze"))
        engine.dispose()
        yield Full(url, filled, usual, long)


def _settings(url: str) -> Settings:
    return Settings(database_url=url, secret_key=SecretStr(SECRET))


@pytest.fixture(params=["force_custom_plan", "force_generic_plan"])
def planned(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def role() -> str:
    return "instructor"


@pytest.fixture
def read_for(full: Full, planned: str, role: str) -> Iterator[Callable[[str], int]]:
    """How much was read for a page that answers."""
    planning = f"-c plan_cache_mode={planned}"
    url = make_url(full.url).update_query_dict({"options": planning}).render_as_string(hide_password=False)
    engine = make_engine(url, pool_size=1)
    client = create_app(_settings(url), engine=engine).test_client(use_cookies=False)
    with engine.begin() as connection:
        connection.execute(text("update launch set role = :role"), {"role": role})

    def counted(path: str) -> int:
        _open(client, full, path)
        before = _read_by_now(engine)
        _open(client, full, path)
        return _read_by_now(engine) - before

    yield counted
    engine.dispose()


def _open(client: FlaskClient, full: Full, path: str) -> None:
    known = {"usual": full.usual, "long": full.long, "person": full.filled.people[0]}
    address = f"/l/{full.filled.launch_id}{path.format(**known)}"
    cookie = {"Cookie": f"segue_launch={full.filled.secret}"}
    answer = client.get(address, headers=cookie, base_url=_settings(full.url).base_url)
    assert answer.status_code == 200


def _read_by_now(engine: Engine) -> int:
    with engine.begin() as connection:
        connection.execute(text("select pg_stat_force_next_flush()"))
    with engine.begin() as connection:
        return int(connection.execute(text(_READ)).scalar_one())


@pytest.mark.parametrize("role", ["learner", "instructor"])
@pytest.mark.parametrize(
    "path",
    [
        "/threads/{usual}",
        "/threads/{long}",
        "/threads/{long}?at=first",
        "/threads/{long}?at=unread",
        "/threads/{long}?after=2500",
        "/threads/{long}/news?after=4900",
        "/threads/{long}/replies?after=4900",
        "/threads",
        "/threads?where=course",
        "/threads?where=course&show=mine",
        "/threads?where=course&show=unanswered",
        "/threads?where=course&sort=newest",
        "/threads?where=course&sort=unanswered",
        "/threads?where=course&sort=useful",
        "/threads?where=course&show=unread",
        "/threads?where=course&show=open",
        "/threads?where=course&show=following",
        "/threads?where=course&tag=often",
        "/threads?where=course&tag=never",
        "/help",
        "/help?show=all",
    ],
)
def test_a_page_reads_what_it_shows(read_for: Callable[[str], int], path: str) -> None:
    assert read_for(path) <= A_PAGE


def test_the_queue_reads_what_it_shows(read_for: Callable[[str], int]) -> None:
    assert read_for("/moderation") <= A_PAGE


def test_a_persons_page_reads_what_they_wrote_and_not_the_activity(
    read_for: Callable[[str], int], full: Full
) -> None:
    """Somebody who wrote a tenth of everything."""
    assert read_for("/people/{person}") <= POSTS // 10 + A_PAGE

"""Many statements for the benchmark of the record store, made by the database itself: a million in a minute.

They are those of `make_statement`, as the store would keep them, but for the look-up keys of activities that
occur once, which nothing asks for.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text

from lti_tool.record_store import moments
from lti_tool.record_store.decoding import encode_json
from lti_tool.record_store.matching import match_key

HOME = "https://lms.example.org"
TOOL = "https://segue.example.org/xapi/a"
PROFILE = "https://segue-lti.github.io/xapi/v0.1"
VERBS = ["posted", "replied", "asked", "accepted", "resolved", "viewed", "planned", "reported"]
VERB = "https://verbs.example.org/"
PERSONS, COURSES, THREADS = 2_000, 100, 5_000
QUIET_COURSE, UNUSED_VERB = 7, 7
"""A course in which nobody ever did one thing: no page of the two is found, however far one looks."""
START = datetime(2026, 1, 1, tzinfo=UTC)


def make_statement(chance: random.Random, number: int) -> dict[str, Any]:
    person, course, thread = chance.randrange(PERSONS), chance.randrange(COURSES), chance.randrange(THREADS)
    verb = chance.randrange(len(VERBS))
    if (course, verb) == (QUIET_COURSE, UNUSED_VERB):
        verb = 0
    # Every fourth is about a thread itself.
    target = f"threads/{thread}" if number % 4 == 0 else str(UUID(int=chance.getrandbits(128)))
    return _statement(
        id=str(uuid4()),
        person=f"{person:08d}",
        verb=VERBS[verb],
        target=target,
        registration=registration_of(person, course),
        thread=thread,
        course=course,
        at=(START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z"),
    )


def registration_of(person: int, course: int) -> str:
    return f"21f00c77-1880-4ca5-b0a9-{person:04d}{course:08d}"


def _statement(**part: Any) -> dict[str, Any]:
    return {
        "id": part["id"],
        "actor": {"account": {"homePage": HOME, "name": part["person"]}},
        "verb": {"id": VERB + part["verb"], "display": {"en": "did"}},
        "object": {
            "id": f"{TOOL}/{part['target']}",
            "definition": {
                "type": "http://id.tincanapi.com/activitytype/forum-reply",
                "name": {"en": "A reply"},
            },
        },
        "context": {
            "registration": part["registration"],
            "platform": "Moodle",
            "language": "en",
            "contextActivities": {
                "parent": [{"id": f"{TOOL}/threads/{part['thread']}"}],
                "grouping": [
                    {"id": f"{TOOL}/courses/{part['course']}"},
                    {"id": f"{TOOL}/placements/{part['course']}"},
                ],
                "category": [{"id": PROFILE}],
            },
        },
        "timestamp": part["at"],
    }


_MADE = """
    create temp table made on commit drop as
    select n, gen_random_uuid() as id, gen_random_uuid() as target, person, course, thread,
           case when course = :quiet and verb = :unused then 0 else verb end as verb
    from (select n, floor(random() * :persons)::int as person, floor(random() * :courses)::int as course,
                 floor(random() * :threads)::int as thread, floor(random() * :verbs)::int as verb
          from generate_series(1, :count) n) drawn
"""
_STATEMENTS = """
    insert into record_store_statement (seq, id, target_id, voids, body)
    select :base + n, id, null, false,
           format(:body, id, lpad(person::text, 8, '0'), (cast(:names as text[]))[verb + 1],
                  case when n % 4 = 0 then 'threads/' || thread else target::text end,
                  '21f00c77-1880-4ca5-b0a9-' || lpad(person::text, 4, '0') || lpad(course::text, 8, '0'),
                  thread, course, '2026-03-01T10:00:00Z')
    from made
"""
_MATCHES = """
    insert into record_store_match (key, seq, source)
    select key, :base + n, :base + n from (
        select n, key from made join known on kind = 'verb' and number = verb
        union all select n, key from made join known on kind in ('agent', 'related_agent') and number = person
        union all select n, key from made join known on kind in ('course', 'placement') and number = course
        union all select n, key from made join known on kind = 'thread' and number = thread
        union all select n, key from made join known
                  on kind = 'registration' and number = person * :courses + course
        union all select n, key from made cross join known where kind = 'all'
        union all select n, key from made join known
                  on kind = 'target' and number = thread where n % 4 = 0
        union all select n, gen_random_uuid() from made cross join generate_series(1, 2) where n % 4 > 0
    ) rows
"""


def fill(engine: Engine, count: int, *, authority: dict[str, Any]) -> None:
    """Add `count` statements after what is there."""
    body = _statement(
        id="%1$s", person="%2$s", verb="%3$s", target="%4$s", registration="%5$s", thread="%6$s",
        course="%7$s", at="%8$s",
    )  # fmt: skip
    body |= {"version": "1.0.0", "authority": authority, "stored": moments.to_text(0)}
    with engine.begin() as connection:
        last = connection.scalar(text("select max(seq) from record_store_statement")) or 0
        base = max(last, moments.to_seq(datetime.now(UTC)))
        _add_known(connection, authority)
        numbers = {"count": count, "persons": PERSONS, "courses": COURSES, "threads": THREADS}
        drawn = numbers | {"verbs": len(VERBS), "quiet": QUIET_COURSE, "unused": UNUSED_VERB}
        connection.execute(text(_MADE), drawn)
        connection.execute(text(_STATEMENTS), {"base": base, "body": encode_json(body), "names": VERBS})
        connection.execute(text("alter table record_store_match drop constraint pk_record_store_match"))
        connection.execute(text(_MATCHES), {"base": base, "courses": COURSES})
        connection.execute(
            text("""alter table record_store_match
                    add constraint pk_record_store_match primary key (key, seq, source)""")
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze record_store_statement, record_store_match"))


def _add_known(connection: Connection, authority: dict[str, Any]) -> None:
    """The keys of everything that occurs often."""
    connection.execute(text("create temp table known (kind text, number int, key uuid) on commit drop"))
    author = f"account {authority['account']['homePage']} {authority['account']['name']}"
    rows = [
        ("all", 0, match_key("related_agent", author)),
        ("all", 1, match_key("related_activity", PROFILE)),
    ]
    rows += [("verb", number, match_key("verb", VERB + name)) for number, name in enumerate(VERBS)]
    for person in range(PERSONS):
        agent = f"account {HOME} {person:08d}"
        rows += [(kind, person, match_key(kind, agent)) for kind in ("agent", "related_agent")]
        rows += [
            ("registration", person * COURSES + c, match_key("registration", registration_of(person, c)))
            for c in range(COURSES)
        ]
    for kind, count in (("course", COURSES), ("placement", COURSES), ("thread", THREADS)):
        rows += [(kind, n, match_key("related_activity", f"{TOOL}/{kind}s/{n}")) for n in range(count)]
    rows += [("target", n, match_key("activity", f"{TOOL}/threads/{n}")) for n in range(THREADS)]
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy("copy known from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(text("analyze known"))

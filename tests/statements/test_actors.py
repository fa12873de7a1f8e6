"""By which accounts statements name people: each registration's choice, in one place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import lti_tool
from lti_tool.core.actor import ActorMode, Naming
from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import Placement
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import set_naming
from lti_tool.statements.models import ActorKey, StatementRow
from lti_tool.statements.recorder import MOST_TEXT
from tests.browser.everything import furnish_everything
from tests.factories.entrances import ISSUER, Course
from tests.groups.grouping import Grouped
from tests.help_requests.asking import QUESTION, ask_for_help
from tests.test_cli import PLATFORM, Segue
from tests.test_cli import segue as segue  # noqa: PLC0414  # a fixture
from tests.threads.test_threads import post_thread
from xapi.validation import check_statement

TOOL = "http://127.0.0.1:8000"
LMS = "https://records.lms.example/users"
ROOT = Path(lti_tool.__file__).parent


def choose(course: Course, **choice: Any) -> None:
    with unit_of_work(course.sessions) as session:
        set_naming(session, registration_id=course.tenant.registration_id, naming=Naming(**choice))


def statements(session: Session) -> list[dict[str, Any]]:
    session.expire_all()
    rows = session.scalars(select(StatementRow.body).order_by(StatementRow.seq))
    return [json.loads(body) for body in rows]


@pytest.mark.parametrize("mode", list(ActorMode))
def test_every_statement_of_every_mode_is_valid(course: Course, session: Session, mode: ActorMode) -> None:
    """Of a course in which everything was done, with texts."""
    choose(course, mode=mode, home_page=LMS, sends_text=True)
    furnish_everything(course, session)
    made = statements(session)
    assert len({it["verb"]["id"] for it in made}) > 15
    for statement in made:
        check_statement(statement, version="1.0.3")
        account = statement["actor"]["account"]
        named = {LMS} if mode is ActorMode.SUB else set()
        assert account["homePage"] in {TOOL, *named}
    whole = json.dumps(made, ensure_ascii=False)
    assert ("ana-ruiz" in whole) is (mode is ActorMode.SUB)
    assert "Ana Ruiz" not in re.sub(r'"response": "[^"]*"', "", whole)


def test_a_pseudonym_is_one_persons_everywhere_and_nobody_elses(course: Course, session: Session) -> None:
    choose(course, mode=ActorMode.PSEUDONYM)
    grouped = Grouped(course, session)
    post_thread(grouped.ana)
    ask_for_help(course.visitor("Ana Ruiz", context_id="course-2"))
    post_thread(grouped.ines, body="With @Ana Ruiz it is easier than without her.")
    *placed, first, asked, _, mentioned = statements(session)
    whose = first["actor"]["account"]
    assert re.fullmatch("[0-9a-f]{32}", whose["name"])
    assert whose["homePage"] == TOOL
    assert asked["actor"]["account"] == mentioned["object"]["account"] == whose
    assert [it["object"]["account"] for it in placed].count(whose) == 1
    assert mentioned["actor"]["account"] != whose
    assert first["context"]["registration"] != asked["context"]["registration"]
    keys = session.scalars(select(ActorKey.key)).all()
    assert len(set(keys)) == 3


def test_without_its_key_a_pseudonym_can_not_be_made_again(course: Course, session: Session) -> None:
    choose(course, mode=ActorMode.PSEUDONYM)
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    session.execute(delete(ActorKey))
    session.commit()
    post_thread(ana, title="Once more")
    one, other = statements(session)
    assert one["actor"] != other["actor"]
    assert one["context"]["registration"] != other["context"]["registration"]


def test_the_home_page_is_the_registrations_else_the_issuer(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana)
    choose(course, home_page=LMS)
    post_thread(ana, title="Another", body="For @Tom Becker, who is here too.")
    course.visitor("Tom Becker")
    ana.send("/threads/new", "/threads/new", {"title": "Third", "body": "Now @Tom Becker is here indeed."})
    usual, ours, third, mentioned = statements(session)
    assert usual["actor"]["account"] == {"homePage": ISSUER, "name": "ana-ruiz"}
    assert ours["actor"]["account"] == third["actor"]["account"] == {"homePage": LMS, "name": "ana-ruiz"}
    assert mentioned["object"]["account"] == {"homePage": LMS, "name": "tom-becker"}
    # The same learner in the same course, whatever they are called by.
    assert usual["context"]["registration"] == ours["context"]["registration"]


def test_text_is_told_by_choice_alone_plain_and_capped(course: Course, session: Session) -> None:
    ana = course.visitor("Ana Ruiz")
    post_thread(ana, body="Not **told**.")
    choose(course, sends_text=True)
    post_thread(ana, title="Told", body="It *is* told: <b>a & b</b>\n\n- one\n- two")
    post_thread(ana, title="Long", body="word " * 4000)
    ask_for_help(ana)
    post_thread(course.visitor("Tom Becker"), body="As @Ana Ruiz says, it is told.")
    untold, told, long, asked, naming, _ = statements(session)
    assert naming["result"]["response"] == "As @… says, it is told."
    assert "result" not in untold
    assert told["result"]["response"].splitlines() == ["It is told: <b>a & b</b>", "one", "two"]
    assert len(long["result"]["response"]) == MOST_TEXT
    assert QUESTION["tried"] in asked["result"]["response"]
    assert "Told" not in json.dumps(told["object"])


def test_anonymous_text_is_told_unnamed(course: Course, session: Session) -> None:
    choose(course, sends_text=True)
    ana = course.visitor("Ana Ruiz")
    session.execute(update(Placement).values(settings={"anonymous": True}))
    session.commit()
    anonymous = {"title": "Mine", "body": "Whose is this?", "post_as": "anonymous"}
    assert ana.send("/threads/new", "/threads/new", anonymous).status_code == 303
    (statement,) = statements(session)
    assert statement["result"]["response"] == "Whose is this?"
    assert statement["actor"]["account"]["homePage"] == TOOL
    assert "ana-ruiz" not in json.dumps(statement)


def test_no_other_place_makes_an_account() -> None:
    """`xapi/` has the function, `statements/actors.py` calls it; credentials are the record store's own."""
    made = re.compile(r"\baccount_(?:agent|group)\(|[\"']homePage[\"']\s*:")
    found = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if not file.is_relative_to(ROOT / "demo") and made.search(file.read_text(encoding="utf-8"))
    }
    assert found == {"statements/actors.py", "record_store/credentials.py"}


def test_it_is_chosen_at_the_command_line(segue: Segue, session: Session) -> None:
    added = segue("platform", "add", *PLATFORM, "--deployment-id", "1", "--actor-mode", "pseudonym", "--text")
    assert (added.exit_code, added.stderr) == (0, "")
    one = session.scalars(select(Registration)).one()
    assert one.naming == Naming(ActorMode.PSEUDONYM, None, sends_text=True)
    which = PLATFORM[:4]
    changed = segue("platform", "set", *which, "--actor-mode", "sub", "--actor-home-page", LMS)
    assert changed.stdout == f"Statements name people by the platform's ids at {LMS}, with their texts.\n"
    assert segue("platform", "set", *which, "--no-text", "--actor-home-page", "").exit_code == 0
    session.expire_all()
    assert one.naming == Naming()
    wrong = segue("platform", "set", *which, "--actor-home-page", "lms.example")
    assert wrong.exit_code == 1
    assert "--actor-home-page" in wrong.stderr
    assert segue("platform", "set", *which, "--actor-mode", "name").exit_code == 2

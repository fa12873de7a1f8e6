"""Words of an erased person that others quoted: they stay, are told of, and have no name above them."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from lti_tool.core.actor import Naming
from lti_tool.core.db import unit_of_work
from lti_tool.core.languages import AVAILABLE
from lti_tool.courses.models import Placement
from lti_tool.platforms.service import set_naming
from lti_tool.posts.models import Post
from lti_tool.privacy.quotes import WROTE
from lti_tool.statements.models import StatementRow
from tests.contract.conftest import everything_written
from tests.factories.entrances import ISSUER, Course
from tests.moderation.test_moderation import reply_to
from tests.privacy.test_erasing import erase_now
from tests.test_cli import Segue
from tests.test_cli import segue as segue  # noqa: PLC0414  # a fixture
from tests.threads.test_threads import post_thread

SAID = "He looked for the *wrong* one, and [we](https://e.example/x) never came to the question."
QUOTE = "> He looked for the *wrong* one, and [we](https://e.example/x)\n> never came"


def body_of(session: Session, post_id: UUID) -> tuple[str, str]:
    session.expire_all()
    post = session.get_one(Post, post_id)
    return post.body, post.body_html


@pytest.mark.parametrize(
    ("called", "as_quoted"), [("Tom", "Tom"), ("Tom Becker", "Tom Becker"), ("T_om [x]", r"T\_om \[x\]")]
)
def test_the_line_above_a_quote_loses_the_name_and_the_words_stay(
    course: Course, session: Session, called: str, as_quoted: str
) -> None:
    tom, ana = course.visitor(called, sub="tom"), course.visitor("Ana Ruiz")
    path = post_thread(tom, body=SAID)
    quoting = reply_to(
        ana, path, f"Well.\n\n{as_quoted} wrote:\n\n{QUOTE}\n\nThat is so, as Tom knows.", session
    )
    erased = erase_now(course.sessions, tom.actor.person_id)
    body, body_html = body_of(session, quoting)
    assert body == f"Well.\n\n@… wrote:\n\n{QUOTE}\n\nThat is so, as Tom knows."
    assert "@… wrote:</p>" in body_html
    assert "never came" in body_html
    conversation_id = session.get_one(Post, quoting).conversation_id
    assert list(erased.quoted) == [(conversation_id, quoting)]
    assert erased.rewritten == 1
    again = erase_now(course.sessions, tom.actor.person_id)
    assert (list(again.quoted), again.rewritten) == ([], 0)


def test_a_name_of_before_goes_too_and_the_statement_that_told_it(
    course: Course, session: Session, engine: Engine
) -> None:
    with unit_of_work(course.sessions) as writing:
        set_naming(writing, registration_id=course.tenant.registration_id, naming=Naming(sends_text=True))
    tom, ana = course.visitor("Tom Becker", sub="tom"), course.visitor("Ana Ruiz")
    path = post_thread(tom, body=SAID)
    quoting = reply_to(ana, path, f"Tom Becker wrote:\n\n{QUOTE}\n\nSo it is.", session)
    other = reply_to(ana, path, "Nothing of it here.", session)
    course.visitor("Tom Huber", sub="tom")
    erase_now(course.sessions, tom.actor.person_id)
    assert "Tom Becker" not in everything_written(engine)
    told = session.scalars(select(StatementRow.subject_id).filter_by(person_id=ana.actor.person_id)).all()
    assert other in told
    assert quoting not in told


def test_what_is_not_ours_or_not_theirs_stays_as_it_is(course: Course, session: Session) -> None:
    tom, ana = course.visitor("Tom Becker"), course.visitor("Ana Ruiz")
    path = post_thread(tom, body=SAID)
    written = [
        f"I see this otherwise:\n\n{QUOTE}",
        "Mia Lang wrote:\n\n> something that Tom never said anywhere",
        "Mia Lang wrote:\n\n> we",
    ]
    posts = [reply_to(ana, path, it, session) for it in written]
    erased = erase_now(course.sessions, tom.actor.person_id)
    assert [body_of(session, it)[0] for it in posts] == written
    assert [post for _, post in erased.quoted] == posts[:1]


def test_a_quoted_pseudonym_stays(course: Course, session: Session) -> None:
    """Where it was taken out it would say whose it was."""
    tom, ana = course.visitor("Tom Becker"), course.visitor("Ana Ruiz")
    path = post_thread(ana)
    session.execute(update(Placement).values(settings={"anonymous": True}))
    session.commit()
    tom.send(path, f"{path}/replies", {"body": SAID, "post_as": "anonymous"})
    pseudonym = session.scalars(select(Post.pseudonym).where(Post.pseudonym.is_not(None))).one()
    quoting = reply_to(ana, path, f"{pseudonym} wrote:\n\n{QUOTE}\n\nSo it is.", session)
    erased = erase_now(course.sessions, tom.actor.person_id)
    assert body_of(session, quoting)[0].startswith(f"{pseudonym} wrote:")
    assert list(erased.quoted) == []


def test_who_erases_is_told_where_the_words_stay(segue: Segue, course: Course, session: Session) -> None:
    tom, ana = course.visitor("Tom Becker"), course.visitor("Ana Ruiz")
    path = post_thread(tom, body=SAID)
    quoting = reply_to(ana, path, f"Tom Becker wrote:\n\n{QUOTE}", session)
    done = segue("person", "erase", "--platform", ISSUER, "--sub", "tom-becker")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "posts of others that quote their words 1; the words stay there:\n" in done.stdout
    conversation = path.rpartition("/")[2]
    assert f"quoted   conversation {conversation}  post {quoting}\n" in done.stdout


def test_the_line_is_the_one_that_the_composer_puts_there() -> None:
    """Another language says it otherwise: then these have to be known here, all of them."""
    layout = (Path(__file__).parents[2] / "templates/layouts/course.html").read_text(encoding="utf-8")
    assert f"_('%(name)s{WROTE}', name='…')" in layout
    assert json.dumps(AVAILABLE) == '["en"]'

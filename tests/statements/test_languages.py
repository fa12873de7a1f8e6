"""The language that a statement names: one that is none, of a session that is open already, is left out."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course
from tests.threads.test_threads import post_thread


@pytest.mark.parametrize(
    ("locale", "told"), [("pt-BR", "pt-BR"), ("es-mx-kids", None), ("C", None), ("en-", None), ("", None)]
)
def test_it_is_a_language_or_none(course: Course, session: Session, locale: str, told: str | None) -> None:
    post_thread(course.visitor(locale=locale))
    [body] = session.scalars(select(StatementRow.body).filter_by(event="thread_posted"))
    assert json.loads(body)["context"].get("language") == told

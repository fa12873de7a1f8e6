"""The language that a statement names is that of the page, whatever the platform said."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.statements.models import StatementRow
from tests.factories.entrances import Course
from tests.threads.test_threads import post_thread


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en-GB", "en-GB"), ("pt-BR", "en"), ("es-mx-kids", "en"), ("C", "en"), ("en-", "en"), ("", "en")],
)
def test_it_is_the_language_of_the_page(course: Course, session: Session, locale: str, told: str) -> None:
    post_thread(course.visitor(locale=locale))
    [body] = session.scalars(select(StatementRow.body).filter_by(event="thread_posted"))
    assert json.loads(body)["context"]["language"] == told

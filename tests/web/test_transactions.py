"""Views that open no transaction write nothing, and leave their connection as it was."""

import re

from flask import Flask
from sqlalchemy import Engine, event, text

from lti_tool.web.transaction import _READS_ONLY
from tests.factories.entrances import Course
from tests.threads.test_threads import post_thread

PATHS = {
    "threads.list_threads": "/threads",
    "threads.count_new_threads": "/threads/news",
    "threads.show_thread": "{thread}",
    "threads.count_new_replies": "{thread}/news?after=0",
}


def test_all_of_them_are_tried(app: Flask) -> None:
    assert set(PATHS) == {name for name, view in app.view_functions.items() if hasattr(view, _READS_ONLY)}


def test_their_queries_stand_alone_and_write_nothing(course: Course, engine: Engine) -> None:
    ana, tom = course.visitor("Ana Ruiz"), course.visitor("Tom Becker")
    thread = post_thread(ana)
    seen: list[bool] = []

    def note(connection: object, cursor: object, statement: str, *_others: object) -> None:
        del connection
        assert not re.search("insert|update|delete", statement, re.IGNORECASE), statement
        seen.append(cursor.connection.autocommit)  # type: ignore[attr-defined]

    event.listen(engine, "before_cursor_execute", note)
    try:
        for path in PATHS.values():
            assert tom.get(path.format(thread=thread)).status_code in {200, 204}
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert set(seen) == {True}
    # The next one gets the connection with transactions, as ever.
    with engine.connect() as connection:
        connection.execute(text("create table left_over (id int)"))
        connection.rollback()
        assert connection.scalar(text("select to_regclass('left_over')")) is None

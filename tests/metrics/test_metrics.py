"""/metrics: figures of the database, for who has the token alone."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.app import create_app
from lti_tool.core import clock
from lti_tool.core.db import unit_of_work
from lti_tool.settings import Settings
from lti_tool.statements.models import StatementRow, StatementState
from tests.admin.administrators import TOOL
from tests.conftest import SECRET, QueryCounter
from tests.factories.entrances import Course, enter, make_tenant
from tests.statements.sending import record, record_parked, use_store

TOKEN = "only for Prometheus"
Sessions = sessionmaker[Session]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})


def figures(app: Flask) -> dict[tuple[str, str], float]:
    """By name and platform, or store where it is a store's."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, base_url=TOOL)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return {
        (sample.name, sample.labels.get("platform", sample.labels["store"])): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_it_says_how_statements_stand(app: Flask, course: Course, sessions: Sessions) -> None:
    ours = course.visitor("Ana Ruiz").actor
    with unit_of_work(sessions) as session:
        other = enter(session, make_tenant(session, issuer="https://other.test"))[0]
        use_store(session, other, "https://lrs.other.test/xapi")
        session.execute(
            text(
                "insert into circuit_breaker (store, failures, since, until, reason) values"
                " ('https://lrs.other.test/xapi own 1.0.3', 4, now(), now() + interval '1 min', 'busy')"
            )
        )
        session.execute(text("insert into statement_count values (:id, 7)"), {"id": ours.registration_id})
    record(sessions, ours, 3)
    record_parked(sessions, ours, 2)
    with unit_of_work(sessions) as session:
        waiting = update(StatementRow).where(StatementRow.state == StatementState.PENDING)
        session.execute(waiting.values(created_at=clock.now() - timedelta(minutes=10)))
    found = figures(app)
    assert 600 <= found.pop(("segue_statements_oldest_waiting_seconds", "lms.example")) < 660
    assert found == {
        ("segue_statements_waiting", "lms.example"): 3,
        ("segue_statements_waiting", "other.test"): 0,
        ("segue_statements_parked", "lms.example"): 2,
        ("segue_statements_parked", "other.test"): 0,
        ("segue_statements_oldest_waiting_seconds", "other.test"): 0,
        ("segue_statements_sent_total", "lms.example"): 7,
        ("segue_statements_sent_total", "other.test"): 0,
        ("segue_record_store_left_alone", "http://127.0.0.1:8000/xapi"): 0,
        ("segue_record_store_left_alone", "https://lrs.other.test/xapi"): 1,
        ("segue_record_store_failures", "http://127.0.0.1:8000/xapi"): 0,
        ("segue_record_store_failures", "https://lrs.other.test/xapi"): 4,
    }


def test_nobody_is_named(app: Flask, course: Course, sessions: Sessions) -> None:
    ana = course.visitor("Ana Ruiz").actor
    record_parked(sessions, ana, 1)
    page = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, base_url=TOOL).text
    assert "segue_statements_parked" in page
    for secret in ("Ana", ana.sub, str(ana.person_id), str(ana.course_id)):
        assert secret not in page


def test_the_number_of_queries_does_not_grow(
    app: Flask, course: Course, sessions: Sessions, count_queries: QueryCounter
) -> None:
    ana = course.visitor().actor
    for number in range(3):
        record(sessions, ana, 2)
        with unit_of_work(sessions) as session:
            make_tenant(session, issuer=f"https://lms-{number}.test")
        with count_queries() as seen:
            figures(app)
        assert len(seen) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer another one of the same"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}é"},
        {"X-Forwarded-For": "127.0.0.1"},
    ],
)
def test_for_all_others_there_is_none(app: Flask, headers: dict[str, Any]) -> None:
    answer = app.test_client().get("/metrics", headers=headers, base_url=TOOL)
    assert answer.status_code == 404
    assert "segue_" not in answer.text


def test_without_a_token_in_the_settings_it_is_open_to_nobody(settings: Settings, engine: Engine) -> None:
    app = create_app(settings.model_copy(update={"metrics_token": None}), engine=engine)
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert app.test_client().get("/metrics", headers=headers, base_url=TOOL).status_code == 404


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 16"):
        Settings(secret_key=SecretStr(SECRET), metrics_token=SecretStr("short"))

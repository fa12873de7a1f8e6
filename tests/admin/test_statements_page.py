"""The administrator's page of statements: what it shows, and sending again."""

from sqlalchemy import text, update
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.statements.models import StatementRow, StatementState
from lti_tool.statements.status import send_parked_again
from tests.admin.administrators import TOOL, AdministratorVisit
from tests.conftest import QueryCounter
from tests.factories.entrances import Course, enter, make_tenant
from tests.statements.sending import record, record_parked, record_void, states, use_store

Sessions = sessionmaker[Session]


def statements(administrator: AdministratorVisit, query: str = "") -> TestResponse:
    return administrator.client.get(f"/admin/statements{query}", base_url=TOOL)


def put_in_trouble(sessions: Sessions, store: str) -> None:
    with unit_of_work(sessions) as session:
        session.execute(
            text(
                "insert into circuit_breaker (store, failures, since, until, reason)"
                " values (:store, 4, now(), now() + interval '5 min', 'answered 401: <who?>')"
            ),
            {"store": store},
        )


def test_with_nothing_there_it_says_so(administrator: AdministratorVisit) -> None:
    page = statements(administrator).text
    assert "No platform is connected yet" in page
    assert "None." in page
    assert 'href="/admin/statements"' in administrator.page().text


def test_it_shows_what_waits_what_fails_and_what_is_parked(
    administrator: AdministratorVisit, course: Course, sessions: Sessions
) -> None:
    ana = course.visitor().actor
    with unit_of_work(sessions) as session:
        other = enter(session, make_tenant(session, issuer="https://other.test"))[0]
        use_store(session, other, "https://lrs.other.test/xapi")
    put_in_trouble(sessions, "https://lrs.other.test/xapi own 1.0.3")
    record(sessions, ana, 3)
    (bad,) = record_parked(sessions, ana, 1)
    with unit_of_work(sessions) as session:
        tried = update(StatementRow).where(StatementRow.state == StatementState.PENDING)
        session.execute(tried.values(attempts=2, last_error="answered 503: <busy>"))
    page = statements(administrator).text
    for words in (
        "Paused",
        "https://lrs.other.test/xapi",
        "answered 401: &lt;who?&gt;",
        "4 failures in a row",
        "lms.example",
        "1 parked",
        "2 attempts; the last error: <code>",
        "answered 503: &lt;busy&gt;",
        "other.test",
        "All sent",
        "answered 400",
        str(bad),
        "thread_posted",
    ):
        assert words in page, words
    assert ana.sub not in page
    assert "Ana" not in page


def test_one_is_sent_again_once(
    administrator: AdministratorVisit, course: Course, sessions: Sessions
) -> None:
    one, other = record_parked(sessions, course.visitor().actor, 2)
    with capture_logs() as logs:
        for _ in range(2):
            answer = administrator.press(f"/statements/{one}/resend")
            assert answer.status_code == 303
            assert answer.location == "/admin/statements#parked"
    assert [line["subject"] for line in logs if line["event"] == "statement_resent"] == [str(one)]
    rows = states(sessions)
    assert (rows[one].state, rows[one].attempts) == (StatementState.PENDING, 0)
    assert rows[other].state == StatementState.PARKED


def test_what_was_taken_back_offers_no_way_to_send_it(
    administrator: AdministratorVisit, course: Course, sessions: Sessions
) -> None:
    voided, other = record_parked(sessions, course.visitor().actor, 2)
    record_void(sessions, voided)
    page = statements(administrator).text
    assert page.count("Voided, will not be sent again") == 1
    assert f"/statements/{voided}/resend" not in page
    assert f"/statements/{other}/resend" in page
    assert "1 parked" in page, "what was taken back needs nobody"
    with unit_of_work(sessions) as session:
        send_parked_again(session, statement_id=other)
    page = statements(administrator).text
    assert "parked</span>" not in page
    assert "Resend all parked" not in page


def test_what_was_sent_meanwhile_is_not_sent_again(
    administrator: AdministratorVisit, course: Course, sessions: Sessions
) -> None:
    (one,) = record_parked(sessions, course.visitor().actor, 1)
    with unit_of_work(sessions) as session:
        session.execute(update(StatementRow).values(state=StatementState.SENT))
    administrator.press(f"/statements/{one}/resend")
    assert states(sessions)[one].state == StatementState.SENT


def test_all_of_one_registration_are_sent_again(
    administrator: AdministratorVisit, course: Course, sessions: Sessions
) -> None:
    with unit_of_work(sessions) as session:
        other = enter(session, make_tenant(session, issuer="https://other.test"))[0]
    ours, theirs = record_parked(sessions, course.visitor().actor, 2), record_parked(sessions, other, 1)
    assert administrator.press(f"/registrations/{other.registration_id}/resend").status_code == 303
    rows = states(sessions)
    assert {rows[i].state for i in theirs} == {StatementState.PENDING}
    assert {rows[i].state for i in ours} == {StatementState.PARKED}


def test_older_ones_are_on_the_next_page(
    administrator: AdministratorVisit, course: Course, sessions: Sessions
) -> None:
    ids = record_parked(sessions, course.visitor().actor, 60)
    first = statements(administrator).text
    assert [str(i) in first for i in ids] == [False] * 10 + [True] * 50
    before = first.partition("?before=")[2].partition("#")[0]
    second = statements(administrator, f"?before={before}").text
    assert [str(i) in second for i in ids] == [True] * 10 + [False] * 50
    assert "?before=" not in second
    assert statements(administrator, "?before=soon").status_code == 200


def test_the_number_of_queries_does_not_grow(
    administrator: AdministratorVisit, course: Course, sessions: Sessions, count_queries: QueryCounter
) -> None:
    def queries() -> int:
        with count_queries() as seen:
            assert statements(administrator).status_code == 200
        return len(seen)

    few = queries()
    for number in range(4):
        with unit_of_work(sessions) as session:
            other = enter(session, make_tenant(session, issuer=f"https://lms-{number}.test"))[0]
        record(sessions, other, 2)
        record_parked(sessions, other, 3)
        put_in_trouble(sessions, f"https://lrs-{number}.test own 1.0.3")
    assert queries() == few


def test_a_place_that_no_statement_can_have_is_passed_over(administrator: AdministratorVisit) -> None:
    for place in ("9" * 19, "9" * 5000, "-1", "x"):
        page = administrator.client.get("/admin/statements", query_string={"before": place}, base_url=TOOL)
        assert page.status_code == 200

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xapi.client import Answer
from xapi.delivery import Decision, Kind, decide

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VOID = '{"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}'


def answer(
    status: int | None = None, *, failure: str | None = None, retry_after: str | None = None, body: str = ""
) -> Answer:
    return Answer(status=status, body=body, retry_after=retry_after, failure=failure)


def after(given_answer: Answer, *, batch_size: int = 50, attempts: int = 0, jitter: float = 1.0) -> Decision:
    return decide(given_answer, statements=["{}"] * batch_size, attempts=attempts, now=NOW, jitter=jitter)


@pytest.mark.parametrize(
    ("given_answer", "whole_batch", "single"),
    [
        (answer(200, body='["a"]'), Kind.DELIVERED, Kind.DELIVERED),
        (answer(204), Kind.DELIVERED, Kind.DELIVERED),
        (answer(400), Kind.SPLIT, Kind.PARK),
        (answer(413), Kind.SPLIT, Kind.PARK),
        (answer(422), Kind.SPLIT, Kind.PARK),
        (answer(410), Kind.SPLIT, Kind.PARK),
        (answer(418), Kind.SPLIT, Kind.PARK),
        (answer(400, failure="too_large"), Kind.SPLIT, Kind.PARK),
        (answer(400, failure="timeout"), Kind.SPLIT, Kind.PARK),
        (answer(409), Kind.SPLIT, Kind.COMPARE),
        (answer(401), Kind.PAUSE, Kind.PAUSE),
        (answer(403), Kind.PAUSE, Kind.PAUSE),
        (answer(404), Kind.PAUSE, Kind.PAUSE),
        (answer(405), Kind.PAUSE, Kind.PAUSE),
        (answer(301, failure="redirect"), Kind.PAUSE, Kind.PAUSE),
        (answer(304, failure="redirect"), Kind.PAUSE, Kind.PAUSE),
        (answer(200, failure="unreadable"), Kind.PAUSE, Kind.PAUSE),
        (answer(200, failure="too_large"), Kind.PAUSE, Kind.PAUSE),
        (answer(202), Kind.PAUSE, Kind.PAUSE),
        (answer(failure="tls"), Kind.PAUSE, Kind.PAUSE),
        (answer(408), Kind.RETRY, Kind.RETRY),
        (answer(425), Kind.RETRY, Kind.RETRY),
        (answer(429), Kind.RETRY, Kind.RETRY),
        (answer(500), Kind.RETRY, Kind.RETRY),
        (answer(502), Kind.RETRY, Kind.RETRY),
        (answer(503), Kind.RETRY, Kind.RETRY),
        (answer(503, failure="too_large"), Kind.RETRY, Kind.RETRY),
        (answer(failure="timeout"), Kind.RETRY, Kind.RETRY),
        (answer(failure="connection"), Kind.RETRY, Kind.RETRY),
        (answer(failure="request"), Kind.RETRY, Kind.RETRY),
        (answer(200, failure="timeout"), Kind.RETRY, Kind.RETRY),
        (answer(200, failure="connection"), Kind.RETRY, Kind.RETRY),
    ],
    ids=lambda value: f"{value.status}-{value.failure}" if isinstance(value, Answer) else value.value,
)
def test_what_follows_from_an_answer(given_answer: Answer, whole_batch: Kind, single: Kind) -> None:
    for batch_size, kind in ((50, whole_batch), (2, whole_batch), (1, single)):
        decision = after(given_answer, batch_size=batch_size)
        assert decision.kind is kind
        assert (decision.delay is not None) == (kind in {Kind.PAUSE, Kind.RETRY})
        assert decision.reason


@pytest.mark.parametrize(
    ("statements", "kind"),
    [([VOID], Kind.SUSPECT), (["{}", VOID, "{}"], Kind.SUSPECT), (["{}", "{}"], Kind.PAUSE)],
)
def test_who_forbids_a_batch_with_a_void_may_forbid_that_alone(statements: list[str], kind: Kind) -> None:
    decision = decide(answer(403), statements=statements, attempts=0, now=NOW, jitter=0.5)
    assert decision.kind is kind
    assert decision.rest == timedelta(minutes=5)
    assert decide(answer(401), statements=statements, attempts=0, now=NOW, jitter=0.5).kind is Kind.PAUSE


@pytest.mark.parametrize(
    ("batch_size", "attempts", "kind"),
    [
        (50, 4, Kind.RETRY),
        (50, 5, Kind.SUSPECT),
        (2, 99, Kind.SUSPECT),
        (1, 4, Kind.RETRY),
        (1, 1000, Kind.SUSPECT),
    ],
)
@pytest.mark.parametrize("failed", [answer(500), answer(failure="connection"), answer(failure="timeout")])
def test_what_keeps_failing_is_suspected_and_never_given_up(
    failed: Answer, batch_size: int, attempts: int, kind: Kind
) -> None:
    decision = after(failed, batch_size=batch_size, attempts=attempts)
    assert decision.kind is kind
    assert decision.delay is not None


@pytest.mark.parametrize(
    "patient",
    [answer(429), answer(408), answer(425), answer(503, retry_after="5")],
)
def test_a_store_that_asks_for_time_is_given_it_however_often(patient: Answer) -> None:
    assert after(patient, attempts=99).kind is Kind.RETRY


def test_an_error_that_asks_for_time_is_suspected_in_the_end_and_given_the_time() -> None:
    decision = after(answer(500, retry_after="5"), attempts=99)
    assert (decision.kind, decision.delay, decision.rest) == (Kind.SUSPECT, *[timedelta(seconds=5)] * 2)
    assert after(answer(500, retry_after="5"), attempts=4).kind is Kind.RETRY


@pytest.mark.parametrize(
    ("given_answer", "seconds"),
    [
        (answer(500), None),
        (answer(429), None),
        (answer(503, retry_after="40"), 40),
        (answer(failure="connection"), 1),
        (answer(failure="timeout"), 1),
        (answer(401), 300),
        (answer(400), None),
        (answer(200), None),
    ],
)
def test_which_answers_are_about_the_whole_store(given_answer: Answer, seconds: float | None) -> None:
    assert after(given_answer).rest == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [
        (0, 1.0, 1),
        (1, 1.0, 2),
        (4, 1.0, 16),
        (4, 0.5, 8),
        (4, 0.0, 1),
        (9, 1.0, 512),
        (10, 1.0, 900),
        (10, 0.1, 90),
        (10**9, 1.0, 900),
    ],
)
def test_retries_back_off_with_full_jitter(attempts: int, jitter: float, seconds: float) -> None:
    decision = after(answer(503), batch_size=1, attempts=attempts, jitter=jitter)
    assert decision.delay == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 1),
        ("7200", 3600),
        ("999999999", 3600),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120),
        ("Mon, 23 Nov 2026 12:02:00 -0000", 120),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 1),
        ("Mon, 23 Nov 2099 12:00:00 GMT", 3600),
        ("-5", 8),
        ("1.5", 8),
        ("9" * 5000, 8),
        ("soon", 8),
        ("", 8),
        ("٣", 8),
        ("Mon, 99 Nov 2026 12:02:00 GMT", 8),
        ("Mon, 23 Nov 10000 12:02:00 GMT", 8),
    ],
)
def test_retry_after_is_honoured_within_bounds_and_garbage_ignored(header: str, seconds: float) -> None:
    decision = after(answer(429, retry_after=header), attempts=3)
    assert decision.delay == timedelta(seconds=seconds)


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9]+ [0-9:]+ [A-Z+-][0-9A-Z]*"))
def test_no_retry_after_breaks_the_decision(header: str) -> None:
    delay = after(answer(503, retry_after=header)).delay
    assert delay is not None
    assert timedelta(seconds=1) <= delay <= timedelta(hours=1)


def test_a_pause_is_five_minutes_whatever_the_store_asks() -> None:
    assert after(answer(401, retry_after="3")).delay == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("given_answer", "reason"),
    [
        (answer(400, body="bad\n\n  mbox of ana@x.test"), "answered 400: bad mbox of"),
        (answer(500), "answered 500"),
        (answer(301, failure="redirect"), "answered 301 (redirect)"),
        (answer(failure="timeout"), "no answer (timeout)"),
        (answer(400, body="x " * 1000), "answered 400"),
        (answer(400, body="bad " * 500), "answered 400: " + " ".join(["bad"] * 40)),
    ],
)
def test_the_reason_tells_an_operator_what_happened(given_answer: Answer, reason: str) -> None:
    assert after(given_answer, batch_size=1).reason == reason

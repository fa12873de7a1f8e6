"""A follow-up in its owner's calendar."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar, Component

from lti_tool.follow_ups.calendar import calendar_entry
from lti_tool.follow_ups.models import Plan
from tests.factories.entrances import Course
from tests.follow_ups.planning import ACTION, CUE, in_days, plan

DAY = date(2026, 3, 29)  # clocks change in Europe


def read(content: bytes | str) -> tuple[Component, Component]:
    """The event and its reminder."""
    calendar = Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    [alarm] = event.walk("VALARM")
    return event, alarm


def test_the_entry_of_a_plan(course: Course) -> None:
    ana = course.visitor()
    path = plan(ana).removeprefix(ana.base)
    event, alarm = read(ana.get(f"{path}/calendar.ics").text)
    assert event["SUMMARY"] == ACTION
    assert event["DESCRIPTION"] == f"When {CUE}, I will {ACTION}."
    assert event.decoded("DTSTART") == date.fromisoformat(in_days(7))
    assert event["UID"] == f"{path.rpartition('/')[2]}@segue"
    assert alarm["ACTION"] == "DISPLAY"


def test_a_day_is_that_day_in_every_time_zone_and_whenever_clocks_change() -> None:
    content = calendar_entry(uuid4(), Plan("it rings", "answer", DAY), description="").decode()
    assert "DTSTART;VALUE=DATE:20260329\r\n" in content
    assert "DTEND;VALUE=DATE:20260330\r\n" in content
    assert "TRIGGER:PT9H\r\n" in content
    assert "TZID" not in content
    event, alarm = read(content)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
    assert alarm.decoded("TRIGGER") == timedelta(hours=9)


@pytest.mark.parametrize(
    "text",
    [
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil",
        'semicolons; commas, back\\slashes, "quotes"',
        "كيف تبدأ محادثة صعبة؟ " * 9,
        "🙂" * 60,
        "",
    ],
    ids=["line breaks", "signs", "arabic", "beyond the plane", "empty"],
)  # fmt: skip
def test_words_stay_words(text: str) -> None:
    content = calendar_entry(uuid4(), Plan("it rings", text, DAY), description=text)
    event, alarm = read(content)
    said = text.replace("\r\n", "\n")
    assert (event["SUMMARY"], event["DESCRIPTION"], alarm["DESCRIPTION"]) == (said, said, said)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_changed_plan_takes_the_place_of_the_earlier_entry() -> None:
    follow_up_id = uuid4()
    first, _ = read(calendar_entry(follow_up_id, Plan("a", "b", DAY), description=""))
    second, _ = read(calendar_entry(follow_up_id, Plan("a", "c", DAY), description=""))
    assert first["UID"] == second["UID"]

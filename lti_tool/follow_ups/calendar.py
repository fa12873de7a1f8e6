"""A follow-up as an entry for its owner's own calendar (iCalendar, RFC 5545)."""

from datetime import timedelta
from uuid import UUID

from icalendar import Alarm, Calendar, Event

from lti_tool.core import clock
from lti_tool.follow_ups.models import Plan

MEDIA_TYPE = "text/calendar; charset=utf-8"
_REMIND_AT = timedelta(hours=9)


def calendar_entry(follow_up_id: UUID, plan: Plan, *, description: str) -> bytes:
    """The day of the next check-in, with a reminder at nine in the morning.

    A whole day and a reminder counted from its start have no time zone (sections 3.3.4 and 3.8.6.3): it is
    that day, and nine, wherever the reader is, and whenever clocks change. The id stays the same, so that
    the entry of a changed plan takes the place of the earlier one.
    """
    event = Event()
    event.add("uid", f"{follow_up_id}@segue")
    event.add("dtstamp", clock.now())
    event.add("dtstart", plan.due_on)
    event.add("dtend", plan.due_on + timedelta(days=1))
    event.add("summary", plan.action)
    event.add("description", description)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add_component(_reminder(plan))
    calendar = Calendar()
    calendar.add("prodid", "-//Segue//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _reminder(plan: Plan) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", plan.action)
    alarm.add("trigger", _REMIND_AT)
    return alarm

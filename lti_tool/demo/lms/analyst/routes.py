"""The analyst's page."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any, Final

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lti_tool.demo.lms.analyst import charts, figures, words
from lti_tool.demo.lms.analyst.figures import By, Period
from lti_tool.demo.lms.analyst.reading import MOST, Copy, Reading
from lti_tool.demo.lms.config import LmsConfig
from lti_tool.demo.lms.services import current_lms
from xapi.client import RecordStoreClient
from xapi.validation import formats

MOST_ACCOUNTS: Final = 24
_COPIES: Final = 5
_TIMEOUT: Final = (2.0, 5.0)
_PERIODS: Final = (("Last 7 days", 7), ("Last 30 days", 30), ("Last 12 weeks", 84))

bp = Blueprint("analyst", __name__)


class Copies:
    """What was read of each course lately; the least recently asked for is forgotten."""

    def __init__(self, config: LmsConfig) -> None:
        self._config = config
        self._lock = Lock()
        self._by_course: OrderedDict[str, Copy] = OrderedDict()

    def of(self, course: str) -> Copy:
        with self._lock:
            if course not in self._by_course:
                self._by_course[course] = Copy(
                    lambda: open_store(self._config), tool_url=self._config.tool_url, course=course
                )
            self._by_course.move_to_end(course)
            while len(self._by_course) > _COPIES:
                self._by_course.popitem(last=False)
            return self._by_course[course]


def open_store(config: LmsConfig) -> RecordStoreClient:
    return RecordStoreClient(
        config.records_url or "",
        config.records_username or "",
        config.records_password or "",
        timeout=_TIMEOUT,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for."""

    course: str
    period: Period
    by: By | None
    not_understood: tuple[str, ...]

    @property
    def fields(self) -> dict[str, str]:
        given = {
            "course": self.course,
            "from": self.period.since.isoformat() if self.period.since else "",
            "until": self.period.until.isoformat() if self.period.until else "",
            "by": str(self.by or ""),
        }
        return {name: value for name, value in given.items() if value}


def read_choice(asked: MultiDict[str, str]) -> Choice:
    """A date that is none is left out, and said so; a course that can be none is not looked for."""
    course = asked.get("course", "")
    if course and not formats.IRI.fits(course):
        abort(400, "A course is named by the id of its activity, an address such as https://….")
    since, until = (_date(asked.get(name, "")) for name in ("from", "until"))
    by = asked.get("by", "")
    odd = [name for name, found in (("from", since), ("until", until)) if asked.get(name) and found is None]
    if since and until and since > until:
        since, until = until, since
    return Choice(course, Period(since, until), By(by) if by in set(By) else None, tuple(odd))


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


@bp.get("/analysis")
def analysis() -> ResponseReturnValue:
    config, choice = current_lms().config, read_choice(request.args)
    page: dict[str, Any] = {"choice": choice, "records_url": config.records_url, "most": MOST}
    if not config.records_url:
        return render_template("demo_lms/analyst/page.html", failure="none", **page)
    copies: Copies = current_app.extensions["analyst"]
    everything = copies.of("").look()
    reading = _of_course(copies, choice.course, everything) if choice.course else everything
    today = datetime.now(UTC).date()
    return render_template(
        "demo_lms/analyst/page.html",
        failure=reading.failure,
        reading=reading,
        courses=_courses(everything, choice.course),
        periods=[(name, today - timedelta(days=days - 1)) for name, days in _PERIODS],
        **page,
        **(_drawn(reading, choice, today) if reading.acts else {}),
    )


def _of_course(copies: Copies, course: str, everything: Reading) -> Reading:
    copy = copies.of(course)
    return copy.kept(everything.failure) if everything.failure else copy.look()


def _courses(reading: Reading, chosen: str) -> dict[str, str]:
    """Ids and names of the courses that statements tell of, by name; the newest name counts."""
    names = {chosen: chosen} if chosen else {}
    for act in reading.acts:
        names |= {id_: name or id_ for id_, name in act.courses}
    return dict(sorted(names.items(), key=lambda item: (item[1].casefold(), item[0])))


def _drawn(reading: Reading, choice: Choice, today: date) -> dict[str, Any]:
    """All figures and where they stand in their charts."""
    acts, period = reading.acts, choice.period
    took_part = figures.participation(acts, period, choice.by)
    names = [words.name_of_bin(one.start, took_part.by) for one in took_part.bins]
    asked, threads = figures.help_waits(acts, period), figures.thread_waits(acts, period)
    came_of = figures.outcomes(acts, period, today=today)
    network = figures.network(acts, period, most=MOST_ACCOUNTS)
    return {
        "kinds": words.KINDS,
        "stacked": charts.STACKED,
        "took_part": took_part,
        "columns": charts.columns(took_part.bins, names),
        "waits": [
            ("help", "help requests", asked, charts.rows(words.waited(asked, resolves=True))),
            ("threads", "threads", threads, charts.rows(words.waited(threads, resolves=False))),
        ],
        "long": words.long,
        "came_of": came_of,
        "came_of_rows": charts.rows(words.came_of(came_of)),
        "network": network,
        "ring": charts.ring(network),
    }

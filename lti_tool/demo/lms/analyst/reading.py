"""A bounded copy of a record store's statements, kept up to date as any reader should.

First the newest statements are read, page after page towards the oldest, until enough are here. From then on
each look asks for what was stored since, oldest first. The moment to ask from is what the store calls
Consistent-Through: before it nothing can appear any more, while the last statement that one has seen may have
been overtaken by another (xAPI 1.0.3, Communication 2.1.3; 2.0.0, 4.1.6.1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Final

from lti_tool.demo.lms.analyst.acts import Act, read_act
from xapi.client import Page, RecordStoreClient, StoreUnreachable
from xapi.validation.timestamps import parse_timestamp

MOST: Final = 10_000
ON_A_PAGE: Final = 100
SECONDS: Final = 5.0
"""How long one look at the store goes on before what is here so far is shown."""
_OVERLAP: Final = timedelta(milliseconds=1)
"""What is consistent is all *before* the moment, and `since` leaves the moment itself out."""
_WITHOUT_HEADER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of the store after one look at it."""

    acts: tuple[Act, ...] = ()
    """In the order in which they were stored."""
    failure: str = ""
    """A code of StoreUnreachable; the acts are then what was read before."""
    is_cut: bool = False
    """The store holds older ones, which are not looked at."""
    goes_on: bool = False
    """Time was up; the next look reads on."""
    through: datetime | None = None
    """All that was stored before is here, as far as the copy reaches back."""


class Copy:
    """The newest statements of one course, or of all; safe to be asked by several threads at once."""

    def __init__(
        self,
        open_store: Callable[[], RecordStoreClient],
        *,
        tool_url: str,
        course: str = "",
        most: int = MOST,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._open_store, self._tool_url, self._most, self._clock = open_store, tool_url, most, clock
        # With related_activities a statement is found by its context's activities too.
        self._filter: dict[str, str | int | bool] = (
            {"activity": course, "related_activities": True} if course else {}
        )
        self._lock = Lock()
        self._acts: dict[str, Act] = {}
        self._voided: dict[str, None] = {}
        self._older: str | None = None
        """Leads to older statements; None before the first look, empty when there are none."""
        self._newer = ""
        """Leads on to newer statements, where time was up before the last."""
        self._soon_through: datetime | None = None
        """What will be complete when those are read."""
        self._looked_at = 0
        self._through: datetime | None = None
        self._is_cut = False

    def look(self) -> Reading:
        """Ask the store for what is new, and for older ones while there is room and time."""
        with self._lock:
            failure, end = "", self._clock() + SECONDS
            try:
                with self._open_store() as store:
                    goes_on = self._read(store, end)
            except StoreUnreachable as unreachable:
                failure, goes_on = unreachable.failure, False
            return self._reading(failure, goes_on=goes_on)

    def kept(self, failure: str) -> Reading:
        """What is here already, without asking a store of which one just heard that it fails."""
        with self._lock:
            return self._reading(failure, goes_on=False)

    def _reading(self, failure: str, *, goes_on: bool) -> Reading:
        return Reading(
            acts=tuple(sorted(self._acts.values(), key=lambda act: (act.stored, act.at))),
            failure=failure,
            is_cut=self._is_cut,
            goes_on=goes_on,
            through=self._through,
        )

    def _read(self, store: RecordStoreClient, end: float) -> bool:
        """True when the time was up before all was read."""
        if self._older is None:
            page = store.query(limit=ON_A_PAGE, **self._filter)
            self._take(page)
            self._looked_at = max(1, len(page.statements))
            self._through = _consistent_through(page) or self._without_header()
            self._older = page.more
        elif not self._read_new(store, end):
            return True
        return self._read_older(store, end)

    def _read_new(self, store: RecordStoreClient, end: float) -> bool:
        """True when the end was reached in time."""
        if not self._newer:
            since = _before(self._through, _OVERLAP)
            asked = {"since": _text(since)} if since else {}
            page = store.query(ascending=True, limit=ON_A_PAGE, **asked, **self._filter)
            self._soon_through = _consistent_through(page)
            self._take(page)
            self._newer = page.more
        while self._newer:
            if self._clock() >= end:
                return False
            # Where this way is not there any more, the next look asks again from what is complete.
            more, self._newer = self._newer, ""
            page = store.follow(more)
            self._take(page)
            self._newer = page.more
        self._through = self._soon_through or self._without_header()
        return True

    def _read_older(self, store: RecordStoreClient, end: float) -> bool:
        while self._older:
            if self._looked_at >= self._most:
                self._is_cut, self._older = True, ""
                return False
            if self._clock() >= end:
                return True
            try:
                page = store.follow(self._older)
            except StoreUnreachable:
                # Where the way back is not there any more, the next look begins anew.
                self._older = None
                raise
            self._take(page)
            # A page without statements counts too, or a store that sends nothing else were asked for ever.
            self._looked_at += max(1, len(page.statements))
            self._older = page.more
        return False

    def _take(self, page: Page) -> None:
        for statement in page.statements:
            act = read_act(statement, tool_url=self._tool_url)
            if act is None:
                continue
            if act.voids:
                self._voided[act.object] = None
                self._acts.pop(act.object, None)
            elif act.id not in self._voided:
                self._acts[act.id] = act
        self._cut()

    def _cut(self) -> None:
        over = len(self._acts) - self._most
        if over > 0:
            self._is_cut = True
            for act in sorted(self._acts.values(), key=lambda act: act.stored)[:over]:
                del self._acts[act.id]
        while len(self._voided) > self._most:
            del self._voided[next(iter(self._voided))]

    def _without_header(self) -> datetime | None:
        """For a store that does not say: some minutes before the last one, which are read once more."""
        newest = max((act.stored for act in self._acts.values()), default=None)
        return _before(newest, _WITHOUT_HEADER)


def _before(moment: datetime | None, gap: timedelta) -> datetime | None:
    try:
        return moment - gap if moment else None
    except OverflowError:  # at the beginning of the calendar
        return None


def _consistent_through(page: Page) -> datetime | None:
    try:
        return parse_timestamp(page.consistent_through or "")
    except ValueError:
        return None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

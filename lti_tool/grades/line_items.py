"""The gradebook's column for an activity: found, made where there is none, updated where we may.

Assignment and Grade Services 2.0, section 3.2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import structlog

from lti_tool.core.text import is_clean
from lti_tool.grades.asking import (
    READ_LINE_ITEMS,
    WRITE_LINE_ITEMS,
    Ask,
    CannotSendError,
    list_in,
    object_in,
    origin,
)
from lti_tool.grades.grading import USUAL_MAXIMUM, as_maximum
from lti_tool.grades.models import Problem
from lti_tool.platforms.service_client import ServiceAnswer, ServiceRefusedError

log = structlog.get_logger(__name__)

_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_MOST_PAGES = 50
_LONGEST_ADDRESS = 2048
# What there is can be looked at in Segue from the gradebook (Submission Review 1.0, section 3).
SUBMISSION_REVIEW: Final = {"reviewableStatus": ["InProgress", "Submitted", "Completed"]}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedActivity:
    """What the column follows from, and what the platform lets us do."""

    placement_id: UUID
    planned_id: UUID | None
    """The choice that it came from: a column that the platform made of that one has its id."""
    resource_link_id: str
    label: str
    points: Decimal | None
    """What it is out of here; None leaves that to the platform."""
    told_points: Decimal | None
    """What the platform last had from us. The same is no news: what it has there by now counts."""
    line_items_url: str | None
    line_item_url: str | None
    scopes: frozenset[str]
    is_gone: bool
    """Whether it had a column that was deleted at the platform."""

    @property
    def resource_id(self) -> str:
        """Our own name for the column: by it, it is found again whoever made it and ended then."""
        return f"segue:{self.placement_id}"


@dataclass(frozen=True, slots=True)
class Column:
    """A line item: its address, and what it is out of (None where we may not read it)."""

    url: str
    maximum: Decimal | None


class LineItems:
    """The columns of one activity's course."""

    def __init__(self, ask: Ask, activity: GradedActivity) -> None:
        self._ask, self._activity = ask, activity

    def column(self, *, may_make: bool = True) -> Column:
        """The known column, else one that is there, else a new one. Raises CannotSendError for none."""
        known = self._activity.line_item_url
        if known is None:
            return self.column_anew(may_make=may_make)
        if not self._may(READ_LINE_ITEMS, WRITE_LINE_ITEMS):
            return Column(known, None)
        try:
            item = object_in(self._read(known, _LINE_ITEM))
        except ServiceRefusedError as error:
            # What may not be read may still take a score.
            return self.column_anew(may_make=may_make) if error.status in _GONE else Column(known, None)
        return self._updated(Column(known, as_maximum(item.get("scoreMaximum"))), item)

    def column_anew(self, *, may_make: bool = True) -> Column:
        """The same, whatever address we knew."""
        if self._activity.line_items_url is None or not self._may(READ_LINE_ITEMS, WRITE_LINE_ITEMS):
            raise CannotSendError(Problem.NO_LINE_ITEM)
        # First look: a worker may have ended after the platform made the column and before we knew of it.
        item = self._found(self._activity.line_items_url)
        if item is not None:
            return self._updated(Column(self._address_in(item), as_maximum(item.get("scoreMaximum"))), item)
        if not may_make:
            raise CannotSendError(Problem.NO_LINE_ITEM)
        return self._made(self._activity.line_items_url)

    def _may(self, *any_of: str) -> bool:
        return not self._activity.scopes.isdisjoint(any_of)

    def _read(self, url: str, accept: str, *, query: Mapping[str, str] | None = None) -> ServiceAnswer:
        # With the scope that was granted: another has the token refused (lti.md section 4, hole 20).
        scope = READ_LINE_ITEMS if self._may(READ_LINE_ITEMS) else WRITE_LINE_ITEMS
        return self._ask("GET", url, scopes=[scope], accept=accept, query=query)

    def _write(self, method: str, url: str, item: dict[str, Any]) -> ServiceAnswer:
        return self._ask(
            method,
            url,
            scopes=[WRITE_LINE_ITEMS],
            accept=_LINE_ITEM,
            content_type=_LINE_ITEM,
            body=item,
        )

    def _found(self, line_items_url: str) -> dict[str, Any] | None:
        """The one that we made, or the platform of the choice; else the link's only one: an instructor's."""
        link_id, planned = self._activity.resource_link_id, self._planned
        items = list(self._items(line_items_url, resource_link_id=link_id))
        of_link = [item for item in items if item.get("resourceLinkId") == link_id]
        for name in (self._activity.resource_id, planned):
            if named := [item for item in of_link if item.get("resourceId") == name and name]:
                return named[0]
        if planned:
            # A platform may tie a column of deep linking to no link.
            untied = [
                item
                for item in self._items(line_items_url, resource_id=planned)
                if item.get("resourceId") == planned and item.get("resourceLinkId") is None
            ]
            if len(untied) == 1:
                return untied[0]
        return of_link[0] if len(of_link) == 1 else None

    @property
    def _planned(self) -> str | None:
        return str(self._activity.planned_id) if self._activity.planned_id else None

    def _items(self, line_items_url: str, **query: str) -> Iterator[dict[str, Any]]:
        """All pages; the platform may ignore what we ask it to filter by."""
        answer = self._read(line_items_url, _LINE_ITEMS, query=query)
        for _ in range(_MOST_PAGES):
            yield from (item for item in list_in(answer) if isinstance(item, dict))
            if answer.next_url is None:
                return
            answer = self._read(answer.next_url, _LINE_ITEMS)
        log.warning("line_items_endless", placement=str(self._activity.placement_id))
        raise CannotSendError(Problem.NO_LINE_ITEM)

    def _is_ours(self, item: dict[str, Any]) -> bool:
        return item.get("resourceId") == self._activity.resource_id

    def _made(self, line_items_url: str) -> Column:
        if not self._may(WRITE_LINE_ITEMS):
            raise CannotSendError(Problem.NO_LINE_ITEM)
        maximum = self._activity.points or USUAL_MAXIMUM
        item = {
            "label": self._activity.label,
            "scoreMaximum": float(maximum),
            "resourceId": self._activity.resource_id,
            "resourceLinkId": self._activity.resource_link_id,
            "submissionReview": SUBMISSION_REVIEW,
        }
        try:
            made = object_in(self._write("POST", line_items_url, item))
        except ServiceRefusedError as error:
            if error.status in _GONE:
                # The list was there a moment ago: it is the link that is not.
                raise CannotSendError(Problem.NO_ACTIVITY) from None
            raise
        return Column(self._address_in(made), maximum)

    def _updated(self, column: Column, item: dict[str, Any]) -> Column:
        """Give it the points that were changed here, and where we made it, the activity's title.

        The newest change counts: where nobody changed the points here since the platform last had them, those
        of the column do, and so does a name that somebody gave it there.
        """
        if self._activity.points is None or not self._may(WRITE_LINE_ITEMS):
            return column
        is_news = self._activity.points != self._activity.told_points
        points = self._activity.points if is_news or column.maximum is None else column.maximum
        label = self._activity.label if self._is_ours(item) else item.get("label")
        if (column.maximum, item.get("label")) == (points, label):
            return column
        # A PUT replaces all of it (section 3.2.9): what we know nothing of goes back as it came.
        try:
            self._write("PUT", column.url, {**item, "label": label, "scoreMaximum": float(points)})
        except ServiceRefusedError as error:
            log.info("line_item_kept_as_it_is", status=error.status)
            return column
        return Column(column.url, points)

    def _address_in(self, item: dict[str, Any]) -> str:
        """Its own address, of an origin that the launch named: the token goes nowhere else."""
        url = item.get("id")
        known = (self._activity.line_items_url, self._activity.line_item_url)
        trusted = {origin(one) for one in known if one}
        fits = isinstance(url, str) and len(url) <= _LONGEST_ADDRESS and is_clean(url)
        if not isinstance(url, str) or not fits or origin(url) not in trusted:
            log.warning("line_item_elsewhere", placement=str(self._activity.placement_id))
            raise CannotSendError(Problem.NO_LINE_ITEM)
        return url

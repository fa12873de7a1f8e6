"""What an analyst asks of acts, as pure functions: who took part, how long people waited, what came of it.

All of them count by the time at which something was done, in UTC. What was withdrawn or hidden, and not
restored, is no answer and no reply: nobody can read it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from lti_tool.demo.lms.analyst.acts import Act, Actor
from xapi import vocabulary

POSTED, REPLIED, ASKED = (verb.id for verb in (vocabulary.POSTED, vocabulary.REPLIED, vocabulary.ASKED))
PLANNED, REPORTED = vocabulary.PLANNED.id, vocabulary.REPORTED.id
_GONE: Final = frozenset({vocabulary.DELETED.id, vocabulary.REMOVED.id})
MOST_BARS: Final = 60


class Kind(StrEnum):
    """What an act is part of."""

    DISCUSS = "discuss"
    HELP = "help"
    WORK = "work"
    OTHER = "other"
    CAME = "came"


class By(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Outcome(StrEnum):
    """The last that somebody said of a follow-up."""

    DID = "did"
    TRIED = "tried"
    NOT_YET = "not_yet"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    """Reported, in words that are not ours."""
    OPEN = "open"
    """Nothing was reported yet."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, both ends among them; None where it has no end."""

    since: date | None = None
    until: date | None = None

    def holds(self, act: Act) -> bool:
        day = act.at.date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Bin:
    """One day, week or month, named by its first day."""

    start: date
    counts: dict[Kind, int]
    people: int
    """How many named accounts; who acts anonymously can't be counted as a person."""


@dataclass(frozen=True, slots=True)
class Participation:
    by: By
    bins: tuple[Bin, ...]
    is_clipped: bool
    """There was more than could be drawn; the earliest is left out."""


_KINDS: Final = {
    (POSTED, vocabulary.FORUM_TOPIC): Kind.DISCUSS,
    (REPLIED, vocabulary.FORUM_REPLY): Kind.DISCUSS,
    (ASKED, vocabulary.DOUBT): Kind.HELP,
    (REPLIED, vocabulary.SOLUTION): Kind.HELP,
    (vocabulary.ACCEPTED.id, vocabulary.SOLUTION): Kind.HELP,
    (vocabulary.RESOLVED.id, vocabulary.DOUBT): Kind.HELP,
    (PLANNED, vocabulary.WORKPLACE_ACTION): Kind.WORK,
    (REPORTED, vocabulary.WORKPLACE_ACTION): Kind.WORK,
    (vocabulary.LAUNCHED.id, vocabulary.RESOURCE_LINK): Kind.CAME,
}


def kind_of(act: Act) -> Kind:
    return _KINDS.get((act.verb, act.kind), Kind.OTHER)


def participation(acts: Iterable[Act], period: Period, by: By | None) -> Participation:
    """Acts by day, week (from Monday) or month. Without `by`, or where that gives too many, what fits."""
    within = [act for act in acts if period.holds(act)]
    if not within:
        return Participation(by or By.WEEK, (), is_clipped=False)
    days = [act.at.date() for act in within]
    first, last = period.since or min(days), period.until or max(days)
    by = by or (By.DAY if last - first <= timedelta(days=31) else By.WEEK)
    for coarser in list(By)[list(By).index(by) :]:
        by = coarser
        if _count_bins(first, last, by) <= MOST_BARS:
            break
    is_clipped = _count_bins(first, last, by) > MOST_BARS
    if is_clipped:
        # A period of centuries: what was done in it is shown, and of that the latest.
        first, last = min(days), max(days)
    starts = _starts(first, last, by)
    counts: dict[date, Counter[Kind]] = {start: Counter() for start in starts}
    people: dict[date, set[str]] = {start: set() for start in starts}
    for act in within:
        start = _start_of(act.at.date(), by)
        if start in counts:
            counts[start][kind_of(act)] += 1
            if not (act.actor.is_unnamed or act.actor.is_tool):
                people[start].add(act.actor.key)
    bins = (Bin(start, {kind: counts[start][kind] for kind in Kind}, len(people[start])) for start in starts)
    return Participation(by, tuple(bins), is_clipped)


def _start_of(day: date, by: By) -> date:
    if by is By.MONTH:
        return day.replace(day=1)
    # The calendar begins with a Monday, so that none of its days has a Monday before it.
    return day - timedelta(days=day.weekday()) if by is By.WEEK else day


def _count_bins(first: date, last: date, by: By) -> int:
    if by is By.MONTH:
        return (last.year - first.year) * 12 + last.month - first.month + 1
    return (_start_of(last, by) - _start_of(first, by)).days // (7 if by is By.WEEK else 1) + 1


def _starts(first: date, last: date, by: By) -> list[date]:
    """The latest that can be drawn, in order."""
    found = [_start_of(last, by)]
    while found[-1] > _start_of(first, by) and len(found) < MOST_BARS:
        found.append(_start_of(found[-1] - timedelta(days=1), by))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long openings waited for the first answer by somebody else."""

    waits: tuple[timedelta, ...]
    """Of those that were answered, the shortest first."""
    unanswered: int
    """Still waiting."""
    resolved_alone: int = 0
    """Resolved by who asked before anybody answered; they wait no longer."""

    @property
    def openings(self) -> int:
        return len(self.waits) + self.unanswered + self.resolved_alone

    @property
    def median(self) -> timedelta | None:
        """Of those that were answered."""
        middle = self.waits[(len(self.waits) - 1) // 2 : len(self.waits) // 2 + 1]
        return sum(middle, timedelta()) / len(middle) if middle else None

    def up_to(self, limits: Sequence[timedelta]) -> list[int]:
        """How many waited less than each limit and not less than the one before; last, those above all."""
        places = Counter(sum(wait >= limit for limit in limits) for wait in self.waits)
        return [places[place] for place in range(len(limits) + 1)]


def help_waits(acts: Sequence[Act], period: Period) -> Waits:
    return _waits(acts, period, ASKED, vocabulary.DOUBT)


def thread_waits(acts: Sequence[Act], period: Period) -> Waits:
    return _waits(acts, period, POSTED, vocabulary.FORUM_TOPIC)


def _waits(acts: Sequence[Act], period: Period, verb: str, kind: str) -> Waits:
    """The period is of the openings; an answer counts whenever it came."""
    gone = gone_objects(acts)
    openings = {
        act.object: act
        for act in acts
        if act.verb == verb and act.kind == kind and act.object not in gone and period.holds(act)
    }
    first: dict[str, datetime] = {}
    resolved = _resolved_objects(acts)
    for act in acts:
        if act.verb != REPLIED or act.object in gone:
            continue
        for parent in act.parents:
            opening = openings.get(parent)
            if opening and opening.actor.key != act.actor.key:
                first[parent] = min(act.at, first.get(parent, act.at))
    alone = sum(object_ in resolved and object_ not in first for object_ in openings)
    # A clock that was set back can't make anybody wait less than not at all.
    waits = sorted(max(at - openings[object_].at, timedelta()) for object_, at in first.items())
    return Waits(tuple(waits), len(openings) - len(first) - alone, alone)


def _resolved_objects(acts: Iterable[Act]) -> set[str]:
    """What was said to be solved, and not opened again after that."""
    resolved: set[str] = set()
    turns = (act for act in acts if act.verb in {vocabulary.RESOLVED.id, vocabulary.REOPENED.id})
    for act in sorted(turns, key=lambda act: (act.at, act.stored)):
        (resolved.add if act.verb == vocabulary.RESOLVED.id else resolved.discard)(act.object)
    return resolved


def gone_objects(acts: Iterable[Act]) -> set[str]:
    """What was withdrawn or hidden, and not restored after that."""
    gone: set[str] = set()
    turns = (act for act in acts if act.verb in _GONE or act.verb == vocabulary.RESTORED.id)
    for act in sorted(turns, key=lambda act: (act.at, act.stored)):
        (gone.add if act.verb in _GONE else gone.discard)(act.object)
    return gone


@dataclass(frozen=True, slots=True)
class Outcomes:
    planned: int
    by_outcome: dict[Outcome, int]
    """Each plan once, by what was last reported of it."""
    overdue: int
    """Of the open ones, those whose date has passed."""
    reports_alone: int
    """Follow-ups of which there are reports here and no plan: it is older than what was read."""


def outcomes(acts: Iterable[Act], period: Period, *, today: date) -> Outcomes:
    """What came of the plans that were made in the period."""
    plans: dict[str, Act] = {}
    reports: dict[str, Act] = {}
    for act in acts:
        if act.verb == PLANNED and act.kind == vocabulary.WORKPLACE_ACTION:
            plans[act.object] = act
        elif act.verb == REPORTED and act.kind == vocabulary.WORKPLACE_ACTION:
            reports[act.object] = max(reports.get(act.object, act), act, key=lambda one: (one.at, one.stored))
    counts: Counter[Outcome] = Counter()
    overdue = 0
    within = {object_: plan for object_, plan in plans.items() if period.holds(plan)}
    for object_, plan in within.items():
        outcome = _outcome(reports[object_]) if object_ in reports else Outcome.OPEN
        counts[outcome] += 1
        overdue += outcome is Outcome.OPEN and "" < plan.due < today.isoformat()
    alone = sum(object_ not in plans for object_, report in reports.items() if period.holds(report))
    return Outcomes(len(within), {one: counts[one] for one in Outcome}, overdue, alone)


def _outcome(report: Act) -> Outcome:
    said = {one.value: one for one in (Outcome.DID, Outcome.TRIED, Outcome.NOT_YET, Outcome.CHANGED)}
    return said.get(report.outcome, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Node:
    actor: Actor
    given: int
    """Replies to others."""
    got: int


@dataclass(frozen=True, slots=True)
class Network:
    """Who answers whom."""

    nodes: tuple[Node, ...]
    """Who replied most, or was replied to, comes first."""
    edges: dict[tuple[str, str], int]
    """From whom, to whom, by their keys: how often."""
    to_oneself: int
    unplaced: int
    """Replies to something that is not among what was read."""
    left_out: int = 0
    """Accounts that are not shown."""


def network(acts: Sequence[Act], period: Period, *, most: int) -> Network:
    """Of the replies of the period. Whom one answers: the statement that it refers to, else its parents."""
    by_id = {act.id: act for act in acts if act.verb in {POSTED, REPLIED, ASKED}}
    by_object = {act.object: act for act in by_id.values()}
    gone = gone_objects(acts)
    actors: dict[str, Actor] = {}
    edges: Counter[tuple[str, str]] = Counter()
    to_oneself = unplaced = 0
    for act in acts:
        if act.verb != REPLIED or act.object in gone or not period.holds(act):
            continue
        # The last parent is the nearest: the post itself, where the first is its thread.
        found = (by_object[parent] for parent in reversed(act.parents) if parent in by_object)
        answered = by_id.get(act.refers_to) or next(found, None)
        if answered is None:
            unplaced += 1
        elif answered.actor.key == act.actor.key:
            to_oneself += 1
        else:
            edges[act.actor.key, answered.actor.key] += 1
            actors |= {one.key: one for one in (act.actor, answered.actor)}
    shown = _closest(edges, most)
    nodes = [node for node in _nodes(actors.values(), edges) if node.actor.key in shown]
    nodes.sort(key=lambda node: (-node.given - node.got, node.actor.key))
    kept = {pair: count for pair, count in sorted(edges.items()) if shown.issuperset(pair)}
    return Network(tuple(nodes), kept, to_oneself, unplaced, len(actors) - len(nodes))


def _closest(edges: Counter[tuple[str, str]], most: int) -> set[str]:
    """Who answers one another most often: those with most replies alone may have none between them."""
    shown: set[str] = set()
    for pair, _ in sorted(edges.items(), key=lambda edge: (-edge[1], edge[0])):
        if len(shown.union(pair)) <= most:
            shown.update(pair)
    return shown


def _nodes(actors: Collection[Actor], edges: Counter[tuple[str, str]]) -> list[Node]:
    given: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for (source, target), count in edges.items():
        given[source] += count
        got[target] += count
    return [Node(actor, given[actor.key], got[actor.key]) for actor in actors]

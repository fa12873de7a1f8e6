"""Who of the course a pasted list names, and what would come of it: nothing is written here."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.core.actor import Actor, Role
from lti_tool.core.errors import NotFoundError
from lti_tool.groups.pasted import PastedRow, read_pasted
from lti_tool.groups.service import access_group_set
from lti_tool.people.models import Group, GroupMembership, Membership, Person
from lti_tool.people.names import LAST_SIGN, NUMBERED, bare, beginnings, folded, number_of
from lti_tool.people.naming import called

MOST_CHOICES = 30
"""So many rows can be decided on the page; of others, the list must say more of the name."""
_MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    id: UUID
    name: str
    """As the course calls them."""
    group: str
    """Where they are now; empty for nowhere."""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the list, and who it may mean: nobody, one, or several."""

    row: PastedRow
    candidates: Sequence[Candidate]
    chosen: Candidate | None
    group: str
    """As the set calls the group, where it has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastePlan:
    set_id: UUID
    set_name: str
    found: Sequence[PlannedRow]
    ambiguous: Sequence[PlannedRow]
    unknown: Sequence[PlannedRow]
    without_group: Sequence[PlannedRow]
    twice: Sequence[PlannedRow]
    """Of somebody whom the list puts into two groups: neither counts."""
    new_groups: Sequence[str]

    @property
    def places(self) -> Mapping[UUID, str]:
        """Who would be in which group."""
        return {it.chosen.id: it.group for it in self.found if it.chosen}

    @property
    def digest(self) -> str:
        """The same for the same places, so that what is written is what was looked at."""
        told = sorted(f"{person}\x00{group}" for person, group in self.places.items())
        return sha256("\x01".join(told).encode()).hexdigest()


def plan_pasted(
    session: Session, actor: Actor, *, set_id: UUID, text: str, choices: Mapping[int, UUID], participant: str
) -> PastePlan:
    """What the list would change in a set that was made here. Three queries.

    `choices` says by line who is meant where several may be; `participant` is what the reader's language
    calls somebody without a name, with a sign in the number's place.
    """
    group_set = access_group_set(session, actor, set_id)
    if group_set.platform_id is not None:
        raise NotFoundError
    people = _People(_learners(session, actor, set_id), participant)
    known = {
        folded(name): name
        for name in session.scalars(select(Group.name).filter_by(group_set_id=set_id, gone_at=None))
    }
    new: dict[str, str] = {}
    rows = [
        _planned(
            row, people, choices, known.get(folded(row.group)) or new.setdefault(folded(row.group), row.group)
        )
        for row in read_pasted(text)
    ]
    decided = [it for it in rows if it.chosen and it.group]
    told = {(it.chosen.id, it.group): it for it in decided if it.chosen}
    times = Counter(person for person, _ in told)
    found = [it for (person, _), it in told.items() if times[person] == 1]
    used = {it.group for it in found}
    return PastePlan(
        set_id=group_set.id,
        set_name=group_set.name,
        found=found,
        ambiguous=[it for it in rows if not it.chosen and it.candidates],
        unknown=[it for it in rows if not it.candidates],
        without_group=[it for it in rows if it.chosen and not it.group],
        twice=[it for (person, _), it in told.items() if times[person] > 1],
        new_groups=[name for name in new.values() if name in used],
    )


def _planned(row: PastedRow, people: "_People", choices: Mapping[int, UUID], group: str) -> PlannedRow:
    candidates = people.named(row.name)
    meant = (
        candidates if len(candidates) == 1 else [it for it in candidates if it.id == choices.get(row.line)]
    )
    return PlannedRow(row, candidates, meant[0] if meant else None, group)


class _People:
    """The learners by their names, compared as mentions are: without case, accents and spaces too many."""

    def __init__(self, learners: Sequence[Candidate], participant: str) -> None:
        self._whole: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._words: defaultdict[tuple[str, ...], list[Candidate]] = defaultdict(list)
        beginning: list[tuple[str, int]] = []
        self._learners = learners
        for at, learner in enumerate(learners):
            for name in _names(learner.name, participant):
                self._whole[folded(name)].append(learner)
                self._words[tuple(sorted(folded(name).split()))].append(learner)
                beginning += [(it, at) for it in beginnings(name)]
        self._beginnings = sorted(beginning)

    def named(self, name: str) -> Sequence[Candidate]:
        """By the whole name; else by its words in another order; else by how a part of it begins."""
        wanted = folded(name)
        by_words = tuple(sorted(wanted.replace(",", " ").split()))
        found = self._whole.get(wanted) or self._words.get(by_words) or list(self._begin(wanted))
        return list({it.id: it for it in found}.values())[:_MOST_CANDIDATES]

    def _begin(self, wanted: str) -> Iterator[Candidate]:
        start = bisect_left(self._beginnings, (wanted, -1))
        for beginning, at in self._beginnings[start : start + _MOST_CANDIDATES]:
            if not wanted or not beginning < wanted + LAST_SIGN:
                return
            yield self._learners[at]


def _names(name: str, participant: str) -> Sequence[str]:
    number = number_of(name)
    if number is None:
        return [bare(name)] if name else []
    return list(
        dict.fromkeys(
            word.replace(NUMBERED, str(number)) for word in (participant, f"Participant {NUMBERED}")
        )
    )


def _learners(session: Session, actor: Actor, set_id: UUID) -> Sequence[Candidate]:
    group = (
        select(Group.name)
        .join(GroupMembership, GroupMembership.group_id == Group.id)
        .where(Group.group_set_id == set_id, Group.gone_at.is_(None), GroupMembership.person_id == Person.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Person.id, called(), group)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.course_id == actor.course_id,
            Membership.role == Role.LEARNER,
            Membership.left_at.is_(None),
        )
        .order_by(Person.id)
    )
    return [Candidate(person_id, name, group or "") for person_id, name, group in rows]

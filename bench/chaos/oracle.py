"""What became of the acts: the rows of the business say what the stores must hold, the stores what they do.

The queue in between is asked only about what is missing: whether it still knows of it (stuck) or not (lost).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.chaos.acts import is_refused
from bench.chaos.store import MisbehavingStore
from lti_tool.core.db import settings_of
from xapi import vocabulary

_ACTS = text(
    """
    select chaos_act.id, statement_id, session_id, at, sub, issuer, lrs_url, person.id as person_id,
        course.id as course_id, course.title as course,
        placement_id, placement.title as placement, statement.state
    from chaos_act
    join person on person.id = person_id
    join registration on registration.id = person.registration_id
    join placement on placement.id = placement_id
    join course on course.id = placement.course_id
    left join statement on statement.id = statement_id
    """
)
_AT_ONCE = 1000


@dataclass
class Found:
    acts: int = 0
    refused: int = 0
    """The store takes them under no circumstances, and they are parked, as they should be."""
    lost: int = 0
    """Not in the store, and the queue takes them for sent or does not know them."""
    doubled: int = 0
    """Statements in a store that no act accounts for, or that another one accounts for."""
    stuck: int = 0
    """The queue would send them still, or has given them up without reason."""
    differing: int = 0
    """Under the right id came, or is kept, something else than the act says."""

    @property
    def is_fine(self) -> bool:
        return self.lost == self.doubled == self.stuck == self.differing == 0


def compare(session: Session, stores: Mapping[str | None, MisbehavingStore]) -> Found:
    """`stores` by their registrations' own addresses, and None for the default one."""
    base = settings_of(session).base_url
    found = Found()
    differing = {key for store in stores.values() for key in store.conflicts}
    accounted = 0
    for row in session.execute(_ACTS, execution_options={"yield_per": _AT_ONCE}):
        found.acts += 1
        expected = expected_statement(row, base)
        if is_refused(expected):
            found.refused += row.state == "parked"
            found.stuck += row.state == "pending"
            found.lost += row.state not in {"parked", "pending"}
            continue
        kept = stores[row.lrs_url].kept.get(expected["id"])
        accounted += kept is not None
        if row.state in {"pending", "parked"}:
            found.stuck += 1
        elif kept is None:
            found.lost += 1
        if kept is not None and json.loads(kept) != expected:
            differing.add(expected["id"])
    found.differing = len(differing)
    found.doubled = sum(len(store.kept) for store in stores.values()) - accounted
    return found


def expected_statement(row: Any, base: str) -> dict[str, Any]:
    """What an act says, written out once more: the recorder has no part in it."""
    at = row.at.astimezone(UTC)
    # Each of them has their own id for a history.
    return {
        "id": str(row.statement_id),
        "actor": {"objectType": "Agent", "account": {"homePage": row.issuer, "name": row.sub}},
        "verb": {"id": "https://w3id.org/xapi/acrossx/verbs/posted", "display": {"en": "posted"}},
        "object": _activity(f"{base}/xapi/a/{row.id}", "http://id.tincanapi.com/activitytype/forum-topic"),
        "context": {
            "registration": str(row.person_id),
            "platform": "LMS",
            "language": "en",
            "contextActivities": {
                "parent": [_activity(f"{base}/xapi/a/{row.placement_id}", vocabulary.RESOURCE_LINK)],
                "grouping": [
                    _activity(f"{base}/xapi/a/{row.course_id}", vocabulary.COURSE, row.course),
                    _activity(f"{base}/xapi/a/{row.placement_id}", vocabulary.RESOURCE_LINK, row.placement),
                ],
                "category": [{"objectType": "Activity", "id": vocabulary.PROFILE_VERSION}],
            },
            "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": str(row.session_id)},
        },
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        "version": "1.0.0",
    }


def _activity(address: str, kind: str, name: str | None = None) -> dict[str, Any]:
    definition: dict[str, Any] = {"type": kind} | ({"name": {"und": name}} if name else {})
    return {"objectType": "Activity", "id": address, "definition": definition}

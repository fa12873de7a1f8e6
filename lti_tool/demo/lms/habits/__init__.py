"""How the demo LMS behaves: as the specifications say, or as one of the real LMSs does.

Each LMS is a JSON file beside this one, with where its habits were seen. Ids stay the demo's own, so the
sample courses are the same whatever LMS it plays.

- `name`, `hint`, `sources`: for people.
- `seconds`: how long a launch holds. `login`: fields that login has too. `storage`: the frame that keeps
  things for tools; null for none.
- `services`: of grades, roster, groups and notices, those that it offers. `messages`: those that it has.
- `roles`, `roster_roles`: what it calls people, in launches and in the roster; `role_words`: its own words.
- `custom_of_the_tool`: whether it sends the custom parameters that were set for the tool as a whole.
- `as_they_stand`: custom variables that it does not substitute.
- `locale`: its form at the top of a message (null: not there) and in the launch presentation, and languages
  that it calls otherwise.
- `empty_line_item`: an activity without a column has one all the same, an empty one.
- `visit`: whether deep linking carries what it is about in `data` or in the return address.
- `reviews`: from where it reviews: `others` by staff, `own` by learners, `column` with nobody in particular.
- `reviews_name_the_column`: whether a review tells its column where the activity has several.
- `without`: claims, or "claim#member", that it leaves out. `claims`: those that it has instead or besides, in
  `messages_claims` for one kind of message. `member`, `member_without`: the same for people in the roster.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lti_tool.demo.lms.catalogue import Person
from lti_tool.demo.lms.vocabulary import (
    AGS_ENDPOINT,
    DATA_PRIVACY_REQUEST,
    DEEP_LINKING_REQUEST,
    GROUPS_SERVICE,
    LTI,
    NRPS_SERVICE,
    RESOURCE_LINK_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
)

Json = dict[str, Any]

_SERVICES = {
    "grades": AGS_ENDPOINT,
    "roster": NRPS_SERVICE,
    "groups": GROUPS_SERVICE,
    "notices": f"{LTI}platformnotificationservice",
}
_FORMS: Mapping[str, Callable[[str], str]] = {
    "tag": lambda tag: tag,
    "underscore": lambda tag: tag.replace("-", "_"),
    "language": lambda tag: tag.partition("-")[0],
}
_PLACE = re.compile(r"\{(issuer|client|course|person|label|title|role)\}")


@dataclass(frozen=True, kw_only=True)
class Habits:
    """One LMS's ways; the defaults are those of the specifications."""

    key: str = ""
    name: str = "The specifications"
    hint: str = "Every message and service as 1EdTech describes it."
    sources: tuple[str, ...] = ()
    seconds: int | None = None
    login: Mapping[str, str] = field(default_factory=dict)
    storage: str | None = None
    services: tuple[str, ...] = tuple(_SERVICES)
    messages: tuple[str, ...] = (
        RESOURCE_LINK_REQUEST,
        DEEP_LINKING_REQUEST,
        SUBMISSION_REVIEW_REQUEST,
        DATA_PRIVACY_REQUEST,
    )
    roles: Mapping[str, list[str]] | None = None
    roster_roles: Mapping[str, list[str]] | None = None
    role_words: Mapping[str, str] = field(default_factory=dict)
    custom_of_the_tool: bool = True
    as_they_stand: tuple[str, ...] = ()
    locale: Mapping[str, Any] | None = None
    empty_line_item: bool = False
    visit: str = "data"
    reviews: tuple[str, ...] = ("others",)
    reviews_name_the_column: bool = True
    without: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    messages_claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    member: Mapping[str, Any] = field(default_factory=dict)
    member_without: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        return not self.key

    def bend(self, message: Json, person: Person, places: Mapping[str, str]) -> Json:
        """The claims as this LMS sends them. `places` are what {words} in its file stand for."""
        kind = message[f"{LTI}message_type"]
        left_out = (*self.without, *(claim for name, claim in _SERVICES.items() if name not in self.services))
        bent = _without(message, left_out)
        if self.roles is not None:
            bent[f"{LTI}roles"] = self.roles[person.kind]
        for changes in (self.claims, self.messages_claims.get(kind, {})):
            bent = _merged(bent, changes)
        if self.locale is not None:
            self._say_locale(bent, person.locale)
        filled: Json = _filled(bent, places)
        return filled

    def bend_member(self, member: Json, person: Person, places: Mapping[str, str]) -> Json:
        """The same for somebody in the roster."""
        bent = _without(member, self.member_without)
        if self.roster_roles is not None:
            bent["roles"] = self.roster_roles[person.kind]
        filled: Json = _filled(_merged(bent, self.member), places)
        return filled

    def _say_locale(self, message: Json, tag: str) -> None:
        locale = self.locale or {}
        called = locale.get("called", {})
        for name, target in (("top", message), ("presentation", message[f"{LTI}launch_presentation"])):
            form = locale.get(name)
            if form is None:
                target.pop("locale", None)
            else:
                target["locale"] = called.get(tag, _FORMS[form](tag))


PLAIN = Habits()


@cache
def known_habits() -> Mapping[str, Habits]:
    """By key; the specifications first, then by name."""
    files = sorted(Path(__file__).parent.glob("*.json"), key=lambda path: path.stem)
    read = {path.stem: json.loads(path.read_bytes()) for path in files}
    return {"": PLAIN} | {key: Habits(key=key, **_frozen(values)) for key, values in read.items()}


def _frozen(values: Json) -> Json:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _without(source: Json, paths: tuple[str, ...]) -> Json:
    left = {name: dict(value) if isinstance(value, dict) else value for name, value in source.items()}
    for path in paths:
        claim, _, member = path.partition("#")
        if member:
            left.get(claim, {}).pop(member, None)
        else:
            left.pop(claim, None)
    return left


def _merged(into: Json, changes: Mapping[str, Any]) -> Json:
    """Objects member by member, everything else instead. Null is a value here: some LMSs send it."""
    merged = dict(into)
    for name, value in changes.items():
        there = merged.get(name)
        both = isinstance(value, dict) and isinstance(there, dict)
        merged[name] = _merged(there, value) if both else value  # type: ignore[arg-type]
    return merged


def _filled(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACE.sub(lambda found: places[found[1]], value)
    if isinstance(value, dict):
        return {name: _filled(member, places) for name, member in value.items()}
    return [_filled(member, places) for member in value] if isinstance(value, list) else value

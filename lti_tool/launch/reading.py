"""Reading claims into their types: strict about required claims, lenient about optional ones.

An optional claim that is empty, or not of its type, counts as absent: a platform that is careless about it is
no reason to keep people out. A required claim that is wrong refuses the message. Whether a claim is required
is what its model says: a field with a default is optional. The smallest optional part that holds the fault is
set aside: one item of a list, else a member of an object, else the whole claim.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from lti_tool.launch.errors import Fault, Rule

_RULES = {
    "missing": Rule.MISSING,
    "string_too_short": Rule.EMPTY,
    "too_short": Rule.EMPTY,
    "string_too_long": Rule.TOO_LONG,
    "too_long": Rule.TOO_LONG,
    "string_type": Rule.NOT_TEXT,
    "string_unicode": Rule.CONTROL_CHARACTERS,
    "list_type": Rule.NOT_A_LIST,
    "dict_type": Rule.NOT_AN_OBJECT,
    "model_type": Rule.NOT_AN_OBJECT,
    "bool_type": Rule.NOT_A_FLAG,
}

_Place = tuple[str | int, ...]


class Claim(BaseModel):
    """Part of a message, with the types that the specification gives it; what nobody knows is left out."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _holds_something(cls, value: Any) -> Any:
        if value is None or value == {}:
            raise broken(Rule.EMPTY)
        return value


Model = TypeVar("Model", bound=Claim)


@dataclass(frozen=True, slots=True)
class Read(Generic[Model]):
    """Claims in their types, and what was set aside on the way."""

    message: Model
    kept: Mapping[str, Any]
    """The claims as they came, less what was set aside."""
    set_aside: Sequence[Fault]


class BrokenClaimError(ValueError):
    """A required claim that breaks a rule."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def broken(rule: Rule) -> PydanticCustomError:
    """What a validator raises, for a claim that breaks this rule."""
    return PydanticCustomError(rule.value, "breaks a rule of ours")


def read_claims(model: type[Model], claims: Mapping[str, Any]) -> Read[Model]:
    """Raises BrokenClaimError for a required claim that is missing or wrong."""
    kept: Mapping[str, Any] = claims
    set_aside: tuple[Fault, ...] = ()
    while True:  # each time round, there is less
        try:
            return Read(model.model_validate(kept), kept, set_aside)
        except ValidationError as error:
            faults = _faults(model, error)
        # The first time round names them all: what is odd later on is so for what was taken away.
        set_aside = set_aside or tuple(dict.fromkeys(faults.values()))
        kept = _less(kept, set(faults), {place[:end] for place in faults for end in range(len(place))})


def _faults(model: type[BaseModel], error: ValidationError) -> dict[_Place, Fault]:
    """What is to be set aside, and why. Raises BrokenClaimError where that is nothing optional."""
    faults: dict[_Place, Fault] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        named, optional = _known(model, one["loc"])
        fault = Fault(_name(named), _rule(one["type"]))
        if optional is None:
            raise BrokenClaimError(fault)
        faults[optional] = fault
    return faults


def _rule(kind: str) -> Rule:
    return _RULES[kind] if kind in _RULES else Rule(kind) if kind in set(Rule) else Rule.UNREADABLE


def _name(place: _Place) -> str:
    """The claim's name, with its member's: names of the specification alone, nothing that was sent."""
    return ".".join(part for part in place if isinstance(part, str))


def _known(model: type[BaseModel], place: _Place) -> tuple[_Place, _Place | None]:
    """As much of a place as our models name, and the smallest part of it that is optional."""
    optional: _Place | None = None
    inner: type[BaseModel] | None = model
    for end, part in enumerate(place, start=1):
        if isinstance(part, int):
            optional = None if optional is None else place[:end]
            continue
        fields = {field.alias or name: field for name, field in inner.model_fields.items()} if inner else {}
        if part not in fields:
            return place[: end - 1], optional
        if not fields[part].is_required():
            optional = place[:end]
        inner = _model_in(fields[part].annotation)
    return place, optional


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, or the items of a list in it; None where that is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for kind in get_args(annotation) if (found := _model_in(kind))), None)


def _less(value: Any, without: set[_Place], above: set[_Place], here: _Place = ()) -> Any:
    """A copy of the parts that lead to what is left out; the others are as they were."""
    if here not in above:
        return value
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    kept = {
        key: _less(item, without, above, (*here, key)) for key, item in items if (*here, key) not in without
    }
    return kept if isinstance(value, Mapping) else list(kept.values())

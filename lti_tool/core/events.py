"""Events: what happened in a service, told to its subscribers within the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

E = TypeVar("E")
Subscriber = Callable[[Session, E], None]

_subscribers: defaultdict[type[Any], list[Subscriber[Any]]] = defaultdict(list)


def subscribe(event_type: type[E], subscriber: Subscriber[E]) -> None:
    """Call `subscriber` for each event of exactly this type. Subscribing twice counts once."""
    if subscriber not in _subscribers[event_type]:
        _subscribers[event_type].append(subscriber)


def record(session: Session, event: object) -> None:
    """Tell the subscribers now; what they raise rolls the whole transaction back."""
    for subscriber in _subscribers[type(event)]:
        subscriber(session, event)

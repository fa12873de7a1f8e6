"""Delivery holds whatever happens; and the machine that says so finds mistakes that are planted for it.

More of it: `pytest tests/statements/test_machine.py --hypothesis-profile=long`, and `make machine`.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.statements.machine import Delivering
from tests.statements.planted import PLANTED, SHORT, check_it_is_found, machine

pytestmark = pytest.mark.slow

__all__ = ["machine"]

settings.register_profile("long", SHORT, max_examples=2000, stateful_step_count=50)


@pytest.mark.usefixtures("machine")
def test_whatever_happens() -> None:
    given = settings()
    run_state_machine_as_test(Delivering, settings=given if given.max_examples > 100 else SHORT)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "name",
    [
        "claim: a void does not wait",
        "acknowledging: forgets what was sent before a failure",
        "bisecting: loses one at the cut",
        "parking: in an outage",
        "breaker: goes on",
    ],
)
def test_it_finds_what_is_planted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quickest of them."""
    check_it_is_found(PLANTED[name], monkeypatch)

"""Whatever form a text is typed into, its shape hardly matters to what the request costs."""

import pytest

from tests.contract.access_table import TABLE
from tests.contract.opening import Opener, Route, opener
from tests.contract.test_messages import guests
from tests.costs.shapes import PROSE, SHAPES, cost

__all__ = ["guests", "opener"]

# Of each kind of work one: names, formulas, accents, HTML, blocks.
WORST = (
    "@ and a long sign",
    "formulas between headings",
    "accents in no order",
    "tags begun",
    "no tables",
)
RATIO = 40
PARTS = 4
SHORTEST = 0.02


def typed(route: Route) -> list[str]:
    """The fields of its form that hold text."""
    return [name for name, value in TABLE[route].data.items() if isinstance(value, str)]


@pytest.mark.timeout(1200)  # many requests
@pytest.mark.parametrize("part", range(PARTS))
def test_forms(opener: Opener, part: int, subtests: pytest.Subtests) -> None:
    for route in list(TABLE)[part::PARTS]:
        for name in typed(route):

            def send(text: str, route: Route = route, name: str = name) -> None:
                assert opener.open(route, {name: text}).status_code < 500

            with subtests.test(msg=f"{route[1]} {name}"):
                enough = RATIO * max(cost(send, PROSE), SHORTEST)
                assert [it for it in WORST if cost(send, SHAPES[it], enough=enough) > enough] == []

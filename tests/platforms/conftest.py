"""Fixtures for platforms that register themselves."""

from collections.abc import Iterator

import pytest

from tests.platforms.registrant import Registrant
from tests.servers import Counterpart, serving


@pytest.fixture
def registrant() -> Iterator[Registrant]:
    counterpart = Counterpart()
    with serving(counterpart) as url:
        yield Registrant(counterpart, url)

"""Every parameter of every route with numbers, ids and days that nobody should send: words, never a 500.

Which parameters a route has is written down nowhere: what its request is asked for is noted. The routes are
those of the access table, in which a route without a row fails.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict

from tests.contract.access_table import TABLE
from tests.contract.opening import Opener, Route, opener
from tests.contract.test_access import rules
from tests.contract.test_messages import guests

__all__ = ["guests", "opener"]

VALUES = (
    "",
    "-1",
    "2147483648",
    "9223372036854775808",
    "9" * 5000,
    "²",
    "0001-01-01",
    "9999-12-31T23:59",
    "99999999999999999_0192f6a0-0000-7000-8000-000000000000",
    "0192f6a0-0000-7000-8000",
    "a\x00b",
)
IN_PATHS = ("-1", "9" * 40, "²", "%00", "0192f6a0-0000-7000-8000")
PARTS = 6
ITSELF = {"csrf_token", "preview"}
# It reads its address itself, and refuses what it does not know.
READ_OTHERWISE = {
    ("GET", "record_store.show_statements"): (
        *("agent", "verb", "activity", "registration", "since", "until", "limit", "statementId"),
        *("voidedStatementId", "related_activities", "ascending", "format", "attachments"),
    ),
    ("PUT", "record_store.put_statement"): ("statementId",),
}


class Asked(ImmutableMultiDict[str, str]):
    """What came, which notes the names that it is asked for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, *args: Any, **options: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **options)

    def getlist(self, key: str, *args: Any, **options: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **options)


class AskedRequest(Request):
    parameter_storage_class = Asked


def parameters(opener: Opener, route: Route) -> list[str]:
    Asked.names.clear()
    opener.open(route, {})
    read = {*Asked.names, *READ_OTHERWISE.get(route, ())}
    return sorted({*read, *TABLE[route].data, *TABLE[route].hints} - ITSELF)


def requests(opener: Opener, route: Route) -> Iterator[dict[str, str]]:
    """One parameter at a time is odd."""
    for name in parameters(opener, route):
        yield from ({name: value} for value in VALUES)


@pytest.fixture
def noting(app: Flask) -> None:
    app.request_class = AskedRequest


@pytest.mark.usefixtures("noting")
@pytest.mark.timeout(1200)  # many requests
@pytest.mark.parametrize("part", range(PARTS))
def test_parameters(opener: Opener, part: int, subtests: pytest.Subtests) -> None:
    asked = 0
    for route in list(TABLE)[part::PARTS]:
        with subtests.test(msg=" ".join(route)):
            for given in requests(opener, route):
                answer = opener.open(route, given)
                assert answer.status_code < 500, given
                asked += 1
    assert asked > 1500 // PARTS


@pytest.mark.usefixtures("noting")
def test_the_names_of_parameters_are_found(opener: Opener) -> None:
    """Or the test above would prove nothing."""
    assert "before" in parameters(opener, ("GET", "admin.show_statements"))
    assert {"days", "reason"} <= set(parameters(opener, ("POST", "moderation.pre_moderate")))
    assert {"after", "sort"} <= set(parameters(opener, ("GET", "threads.list_threads")))
    assert {"limit", "since"} <= set(parameters(opener, ("GET", "record_store.show_statements")))


def test_arguments_in_addresses(app: Flask, opener: Opener, subtests: pytest.Subtests) -> None:
    for method, rule in rules(app):
        for name in rule.arguments:
            with subtests.test(msg=f"{method} {rule.rule} {name}"):
                for value in IN_PATHS:
                    path = rule.rule.replace(f"<uuid:{name}>", value).replace(f"<path:{name}>", value)
                    path = path.replace(f"<{name}>", value)
                    launch_id = opener.launch_id((method, rule.endpoint))
                    path = path.replace("<uuid:launch_id>", str(launch_id))
                    for other in rule.arguments:
                        path = path.replace(f"<uuid:{other}>", "0192f6a0-0000-7000-8000-000000000000")
                    answer = opener.open((method, rule.endpoint), {}, path=path)
                    assert answer.status_code < 500, path
                    assert answer.status_code >= 300 or name not in TABLE[method, rule.endpoint].ids, path

"""The tables themselves: large enough, without doubles, and with every case of the references."""

import ast
from collections import Counter
from pathlib import Path

from tests.contract.launches.accepted import ACCEPTED
from tests.contract.launches.elsewhere import ELSEWHERE
from tests.contract.launches.refused_logins import LOGINS
from tests.contract.launches.rows import Accepted, Refused
from tests.contract.launches.test_refused import LAUNCHED, WORDS

REFUSED = LAUNCHED + LOGINS
TABLE: list[Refused | Accepted] = [*REFUSED, *ACCEPTED]
ROOT = Path(__file__).parents[3]
NUMBERS = {str(number) for number in range(1, 78)} | {"11b", "14v"}
OF_SECURITY = {"S17"} | {f"S{number}" for number in range(35, 45)}


def test_the_contract_is_large_enough() -> None:
    assert len(REFUSED) > 100
    assert len(ACCEPTED) > 20


def test_every_name_stands_once() -> None:
    for table in (LAUNCHED, LOGINS, ACCEPTED):
        assert [name for name, times in Counter(row.name for row in table).items() if times > 1] == []


def test_no_two_rows_are_the_same_launch() -> None:
    said = Counter((row.message, repr(row.claims)) for row in LAUNCHED if row.claims and not row.act)
    assert [claims for claims, times in said.items() if times > 1] == []


def test_every_case_of_the_references_is_shown_somewhere() -> None:
    shown = {number for row in TABLE for number in row.numbers.split()} | set(ELSEWHERE)
    assert shown == NUMBERS | OF_SECURITY


def test_what_is_shown_elsewhere_is_there() -> None:
    for test in {test for tests in ELSEWHERE.values() for test in tests}:
        path, _, name = test.partition("::")
        tree = ast.parse((ROOT / path).read_bytes())
        found = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert name in found, test


def test_every_advice_is_given_to_somebody() -> None:
    assert {row.advice for row in REFUSED} - {None} == set(WORDS)

"""The changes: cosmic-ray's, and three of our own for conditions and calls.

Runs in `.venv-mutants`, which has cosmic-ray: `operators.py FILE` prints the mutants of a file as JSON.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cosmic_ray.plugins
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from parso.python.tree import Name

# One replacement for each comparison and sign; all of cosmic-ray's would be ten.
_CORE = (
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "NumberReplacer",
    "ZeroIterationForLoop",
)

_DROPPED = {"atom_expr", "expr_stmt", "return_stmt", "raise_stmt"}
_OTHER = {"and_": "or_", "or_": "and_"}


class DropArgument(Operator):  # type: ignore[misc]  # it is untyped
    """Leaves out one argument that may be missing: a keyword, or a condition of `and_`, `or_` or `where`."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        for at in self._droppable(node):
            yield node.children[at].start_pos, node.children[at].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        at = list(self._droppable(node))[index]
        del node.children[at : at + 2]  # with the comma; one that is left at the end does no harm
        return node

    @staticmethod
    def _droppable(node: Any) -> Iterator[int]:
        if node.type != "arglist":
            return
        called = node.parent.get_previous_sibling() if node.parent.type == "trailer" else None
        takes_any = called is not None and called.get_last_leaf().value in {"and_", "or_", "where"}
        for at, argument in enumerate(node.children):
            if argument.type == "argument" or (takes_any and argument.type != "operator"):
                yield at

    @classmethod
    def examples(cls) -> Sequence[Any]:
        return ()


class DropStatement(Operator):  # type: ignore[misc]
    """Puts `pass` in the place of a call, an assignment, a return or a raise within a function."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        is_within = node.type == "simple_stmt" and node.search_ancestor("funcdef") is not None
        if is_within and node.children[0].type in _DROPPED:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _index: int) -> Any:
        first = node.get_first_leaf()
        node.children[0] = Name("pass", first.start_pos, prefix=first.prefix)
        return node

    @classmethod
    def examples(cls) -> Sequence[Any]:
        return ()


class SwapAndOr(Operator):  # type: ignore[misc]
    """`or_` in the place of SQLAlchemy's `and_`, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        is_name = node.type == "name" and node.value in _OTHER
        if is_name and node.parent.type == "atom_expr":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _index: int) -> Any:
        return Name(_OTHER[node.value], node.start_pos, prefix=node.prefix)

    @classmethod
    def examples(cls) -> Sequence[Any]:
        return ()


def mutants(code: str) -> Sequence[str]:
    """Every version of the code with one change, each once."""
    core = [cosmic_ray.plugins.get_operator(f"core/{name}") for name in _CORE]
    found: dict[str, None] = {}
    for operator in (*core, DropArgument, DropStatement, SwapAndOr):
        occurrence = 0
        while (changed := mutate_code(code, operator(), occurrence)) is not None:
            found.setdefault(changed)
            occurrence += 1
    found.pop(code, None)
    return list(found)


if __name__ == "__main__":
    json.dump(mutants(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.stdout)

"""How templates are made and run: Jinja's way, without what a page with thousands of calls pays for."""

import re
from collections.abc import MutableMapping
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any
from uuid import UUID

from flask import Flask
from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_FUNCTIONS = frozenset({FunctionType, MethodType, type(lru_cache(int))})
_needs_escape = re.compile("[&<>'\"]").search


def put(value: object) -> str:
    """What stands for `value` in HTML: `escape`, but text that is safe as it is gets no new object.

    Only for what goes into the page at once: the answer may be a plain string, which knows of no HTML.
    """
    kind = type(value)
    if kind is Markup or (kind is str and not _needs_escape(value)):  # type: ignore[call-overload]
        return value  # type: ignore[return-value]
    return str(value) if kind is UUID or kind is int else escape(value)


class _CodeGenerator(CodeGenerator):
    """Code in which `{{ … }}` is `put`, and Jinja looks for `a.b` only where a has no attribute b."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802  # Jinja's
        self.writeline(f"from {put.__module__} import {put.__name__}")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write(f"{put.__name__}(")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  # Jinja's
        owner, found = self.temporary_identifier(), self.temporary_identifier()
        self.write(f"({found} if ({found} := getattr(({owner} := ")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing ")
        self.write(f"else environment.getattr({owner}, {node.attr!r}))")


class _Context(Context):
    """Calls macros and plain functions at once; Jinja first asks three times what they want."""

    def call(
        self, called: Any, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **kwargs: Any
    ) -> Any:
        kind = type(called)
        if kind is Macro:
            return called(self.eval_ctx, *args, **kwargs)
        if kind in _FUNCTIONS and not hasattr(called, "jinja_pass_arg"):
            return called(*args, **kwargs)
        return super().call(called, *args, _loop_vars=_loop_vars, _block_vars=_block_vars, **kwargs)


class _Environment(Environment):
    """Each template's globals in a plain dict.

    Jinja compares the names of globals at each import, and is slow to name those of its own ChainMap.
    """

    code_generator_class = _CodeGenerator
    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def init_templates(app: Flask) -> None:
    """First of all that has to do with templates, or Flask's own environment is there already."""
    app.jinja_environment = _Environment
    # All of them, in a dict: Jinja's cache of the latest looks for each in a line of them at each use.
    app.jinja_options = {**app.jinja_options, "cache_size": -1}
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

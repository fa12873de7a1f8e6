"""How templates are made and run: Jinja's way, without what a page with thousands of calls pays for."""

from collections.abc import MutableMapping
from types import FunctionType
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.runtime import Context, Macro


class _Context(Context):
    """Calls macros and plain functions at once; Jinja first asks three times what they want."""

    def call(
        self, called: Any, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **kwargs: Any
    ) -> Any:
        kind = type(called)
        if kind is Macro:
            return called(self.eval_ctx, *args, **kwargs)
        if kind is FunctionType and not hasattr(called, "jinja_pass_arg"):
            return called(*args, **kwargs)
        return super().call(called, *args, _loop_vars=_loop_vars, _block_vars=_block_vars, **kwargs)


class _Environment(Environment):
    """Each template's globals in a plain dict.

    Jinja compares the names of globals at each import, and is slow to name those of its own ChainMap.
    """

    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def init_templates(app: Flask) -> None:
    """First of all that has to do with templates, or Flask's own environment is there already."""
    app.jinja_environment = _Environment
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

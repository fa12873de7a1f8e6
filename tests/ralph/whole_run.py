"""Every statement that any test of the whole suite records is read by Ralph's models as well.

Each process of the run writes down one statement of each shape that it meets; where the last test is done,
Ralph's models read them, in one go. A run of a few tests leaves this out.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.conformance import seen as seen_in_databases
from tests.ralph.environment import judged
from xapi.statement import dumps

FOLDER = "SEGUE_TEST_STATEMENTS"
"""The environment variable that tells the run's processes where to write."""
HERE = Path(__file__).parent


def shape_of(value: Any) -> Any:
    """What two statements of one kind have in common: names, kinds of values, and the verb."""
    if isinstance(value, dict):
        verb = value["verb"].get("id") if isinstance(value.get("verb"), dict) else None
        kind = value.get("objectType")
        return (verb, kind, tuple(sorted((name, shape_of(item)) for name, item in value.items())))
    if isinstance(value, list):
        return ("list", *sorted({repr(shape_of(item)) for item in value}))
    return type(value).__name__


@pytest.fixture(scope="session", autouse=True)
def write_down_shapes() -> Iterator[None]:
    """One statement of each shape that this process records, or finds in databases, a line each.

    The latter are of other processes, too: those of demos, which browser tests act in.
    """
    folder = os.environ.get(FOLDER)
    if folder is None:
        yield
        return
    seen: dict[str, str] = {}

    def keep(statement: dict[str, Any]) -> str:
        text = dumps(statement)
        seen.setdefault(repr(shape_of(statement)), text)
        return text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lti_tool.statements.recorder.dumps", keep)
        yield
    for text in seen_in_databases():
        seen.setdefault(repr(shape_of(json.loads(text))), text)
    (Path(folder) / f"{os.getpid()}.jsonl").write_text("".join(f"{text}\n" for text in seen.values()))


class WholeRun:
    """The plugin of the process that leads the run."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="segue-statements-")
        os.environ[FOLDER] = self._folder.name
        self._said: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        found: dict[str, str] = {}
        for path in Path(self._folder.name).glob("*.jsonl"):
            for line in path.read_text().splitlines():
                found.setdefault(repr(shape_of(json.loads(line))), line)
        self._folder.cleanup()
        # Ralph knows 1.0.x alone.
        texts = [text for text in found.values() if json.loads(text)["version"].startswith("1.0.")]
        try:
            refused = [(text, said) for text, said in zip(texts, judged(texts), strict=True) if said]
        except AssertionError as error:  # it is not there, say
            self._said = [str(error)]
        else:
            self._said = [
                f"Ralph's models read {len(texts)} shapes of statements and refused {len(refused)}."
            ]
            self._said += [f"{said}\n  {text}" for text, said in refused]
            if not refused:
                return
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self._said:
            terminalreporter.write_line(line)


def takes_part(config: pytest.Config) -> bool:
    """Whether this process leads a run that has all tests in it, or those of this folder."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return False
    named = [Path(word.partition("::")[0]).resolve() for word in config.args]
    return any(path == HERE or path in HERE.parents for path in named)

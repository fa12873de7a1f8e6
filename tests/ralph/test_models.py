"""Ralph's models as a second opinion of our validator. Of what the tool records: tests/ralph/whole_run.py."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.ralph import environment
from tests.ralph.environment import judged
from tests.ralph.whole_run import FOLDER, WholeRun, shape_of

pytestmark = pytest.mark.slow

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "xapi/statement-cases.json").read_text(encoding="utf-8")
)
# Where Ralph is laxer, or knows 1.0.x alone.
KNOWN = {
    "2.0 contextAgents v2.0.0",
    "version 2.0.0 plain",
    "timestamp -00:00",
    "naive timestamp",
    "voided w/ activity object",
}


def test_the_same_shape_is_told_from_another() -> None:
    reply = {"verb": {"id": "urn:v"}, "object": {"id": "urn:1"}, "context": {"parent": [{"id": "urn:p"}]}}
    other = {"verb": {"id": "urn:v"}, "object": {"id": "urn:2"}, "context": {"parent": [{"id": "urn:q"}] * 2}}
    assert shape_of(reply) == shape_of(other)
    for different in (
        reply | {"verb": {"id": "urn:w"}},
        reply | {"result": {"success": True}},
        reply | {"object": {"objectType": "Agent"}},
        reply | {"context": {"parent": []}},
    ):
        assert shape_of(reply) != shape_of(different)


def test_ralphs_models_judge_the_cases_as_we_do() -> None:
    verdicts = judged([json.dumps(case["statement"]) for case in CASES])
    otherwise = {
        case["name"]
        for case, verdict in zip(CASES, verdicts, strict=True)
        if case["valid"] is not (verdict is None)
    }
    assert otherwise == KNOWN


def test_a_ralph_that_does_not_start_is_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such module\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(environment, "PYTHON", broken)
    with pytest.raises(AssertionError, match="no such module"), environment.running(tmp_path):
        pass


def test_a_run_fails_where_ralph_refuses_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, "")  # so that it is put back afterwards
    run = WholeRun()
    bad = next(case["statement"] for case in CASES if not case["valid"] and case["name"] not in KNOWN)
    Path(os.environ[FOLDER], "one.jsonl").write_text(json.dumps(bad | {"version": "1.0.0"}) + "\n")
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    run.pytest_sessionfinish(cast("pytest.Session", session))
    assert session.exitstatus == pytest.ExitCode.TESTS_FAILED

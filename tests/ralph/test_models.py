"""Ralph's models as a second opinion of our validator. Of what the tool records: tests/ralph/whole_run.py."""

import json
from pathlib import Path
from typing import Any

from tests.ralph.environment import judged
from tests.ralph.whole_run import shape_of

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

"""The guide for analysts, docs/statements.md: each block of it is run, as it stands, against a real demo."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import SecretStr

from lti_tool.core.db import make_engine, make_sessions, unit_of_work
from lti_tool.record_store.credentials import add_credential
from lti_tool.settings import Settings
from tests.browser.running import Demo, running_demo
from tests.browser.test_journey import read_until
from xapi import vocabulary
from xapi.client import RecordStoreClient
from xapi.statement import account_agent, build_statement, void

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/statements.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WITHIN = 120
BETWEEN = "\x1e"

# Runs the blocks as the cells of one notebook: JSON of their texts in, JSON of what each printed out.
NOTEBOOK = """
import contextlib, io, json, sys
said, names = [], {"__name__": "notebook"}
for number, block in enumerate(json.load(sys.stdin)):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block, f"block {number}", "exec"), names)
    said.append(out.getvalue())
json.dump({"said": said, "ids": [one["id"] for one in names["load"]()]}, sys.stdout)
"""

# For machines without curl: what the guide uses of it.
CURL = """
import argparse, sys, requests
words = argparse.ArgumentParser()
for flag in ("-s", "-S", "--get"):
    words.add_argument(flag, action="store_true")
words.add_argument("-u", default="")
words.add_argument("-H", action="append", default=[])
words.add_argument("--data-urlencode", action="append", default=[])
words.add_argument("url")
asked = words.parse_args()
answer = requests.get(
    asked.url,
    params=[one.split("=", 1) for one in asked.data_urlencode],
    auth=tuple(asked.u.split(":", 1)) if asked.u else None,
    headers=dict(one.split(": ", 1) for one in asked.H),
    timeout=60,
)
sys.stdout.write(answer.text)
"""


class Reader(NamedTuple):
    """An analyst in a folder beside a demo, and what the shell's blocks gave."""

    demo: Demo
    folder: Path
    said: list[str]
    environment: dict[str, str]

    def run_notebook(self) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", NOTEBOOK],
            input=json.dumps(blocks("python")),
            env=self.environment | {"MPLBACKEND": "Agg", "MPLCONFIGDIR": str(self.folder / "matplotlib")},
            cwd=self.folder, capture_output=True, text=True, timeout=WITHIN, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(GUIDE) if found == language]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("analyst")
    (folder / "var").mkdir()
    with running_demo(folder / "var") as demo:
        rows = demo.count("select count(*) from statement")
        assert len(read_until(demo, lambda statements: len(statements) >= rows)) >= rows
        yield _follow_in_shell(demo, folder)


def _follow_in_shell(demo: Demo, folder: Path) -> Reader:
    """All blocks for the shell, in one; only the demo's port is this one's."""
    parts = [block.replace("127.0.0.1:8000", f"127.0.0.1:{demo.settings.port}") for block in blocks("sh")]
    show = 'printf "%s\\n" "$STORE" "$STORE_USER" "$STORE_SECRET"\n'
    *said, shown = follow_in_shell([*parts, show], folder)
    names = ("STORE", "STORE_USER", "STORE_SECRET")
    there = dict(zip(names, shown.splitlines(), strict=True))
    return Reader(demo, folder, said, shell_environment(folder) | there)


def shell_environment(folder: Path) -> dict[str, str]:
    """As an analyst has it: nothing of ours is set, and there is a curl."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "curl").write_text(f"#!{sys.executable}\n{CURL}")
    (tools / "curl").chmod(0o755)
    found = {name: value for name, value in os.environ.items() if not name.startswith("SEGUE_")}
    found["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], str(tools)])
    return found


def follow_in_shell(parts: list[str], folder: Path, more: dict[str, str] | None = None) -> list[str]:
    """Run blocks for the shell as one script; what each said."""
    script = "set -euo pipefail\n" + f"printf '{BETWEEN}'\n".join(parts)
    environment = shell_environment(folder) | (more or {})
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "-c", script], env=environment, cwd=folder, capture_output=True, text=True, timeout=WITHIN,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(BETWEEN)


def test_the_guide_has_no_block_that_nothing_runs() -> None:
    assert {language for language, _ in BLOCK.findall(GUIDE)} == {"sh", "python", "sql"}
    assert len(blocks("sh")) == 4
    assert len(blocks("python")) == 11
    assert len(blocks("sql")) == 2


def test_it_says_where_anonymity_ends() -> None:
    assert "Times can point at an author" in GUIDE


def test_links_lead_somewhere() -> None:
    for address in re.findall(r"\]\(([^)#][^)]*)\)", GUIDE):
        if "://" not in address:
            assert (ROOT / "docs" / address).exists(), address
    headings = re.findall(r"^##+ (.*)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors
    assert "docs/statements.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_block_for_the_shell_says_what_it_should(reader: Reader) -> None:
    key, about, reply, ids = reader.said
    assert re.search(r"^Username: \w+$", key, re.MULTILINE)
    assert "1.0.3" in json.loads(about)["version"]
    [statement] = json.loads(reply)["statements"]
    assert statement["verb"]["id"] == vocabulary.REPLIED.id
    assert len(json.loads(ids)["statements"]) == 1
    assert json.loads(ids)["more"]
    assert (reader.folder / "key.txt").stat().st_mode & 0o077 == 0


def test_every_block_of_the_notebook_says_something_and_draws(reader: Reader) -> None:
    found = reader.run_notebook()
    assert all(said.strip() for said in found["said"]), found["said"]
    said = "\n".join(found["said"])
    # The sample course has all of this.
    for word in ("replied", "did", "tried", "not_yet", "no report yet"):
        assert word in said
    assert re.search(r"answered: [1-9]\d* of [1-9]\d* - median 0 days", said)
    assert re.search(r"still waiting: [1-9]\d* - the longest since 20\d\d-", said)
    assert re.search(r"accepted: [1-9]\d* - said to be solved: [1-9]\d* - of [1-9]", said)
    assert re.search(r"[1-9] of \d+ done, half of them within \d+ days", said)
    assert re.search(r"by name: 5 people, \d+ acts\nanonymous or by the tool itself: [1-9]", said)
    assert (reader.folder / "participation.png").read_bytes().startswith(b"\x89PNG")
    # Another test may have voided something: what says so tells of no act.
    told = [one for one in reader.demo.statements() if one["verb"]["id"] != vocabulary.VOIDED.id]
    assert set(found["ids"]) == {one["id"] for one in told}


def test_a_second_run_reads_what_came_late_and_leaves_out_what_was_voided(reader: Reader) -> None:
    reader.run_notebook()
    actor = account_agent("https://lms.example", "dana")
    late, gone = (_posted(actor, days) for days in (400, 0))
    write(reader.demo, [late, gone])
    reader.run_notebook()
    write(reader.demo, [void(uuid4(), actor, UUID(gone["id"]), datetime.now(UTC))])
    found = reader.run_notebook()
    assert len(found["ids"]) == len(set(found["ids"]))
    assert late["id"] in found["ids"]
    assert gone["id"] not in found["ids"]
    voided = vocabulary.VOIDED.id
    stored = {one["id"] for one in reader.demo.statements() if one["verb"]["id"] != voided}
    assert set(found["ids"]) == stored


def test_a_crash_amid_a_line_loses_nothing(reader: Reader) -> None:
    """The next run reads again what the half line said, and does not write on behind it."""
    before = set(reader.run_notebook()["ids"])
    copy = reader.folder / "statements.jsonl"
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    assert not copy.read_bytes().endswith(b"\n")
    (reader.folder / "sync.json").unlink()
    assert set(reader.run_notebook()["ids"]) == before


def _posted(actor: dict[str, Any], days_ago: int) -> dict[str, Any]:
    return build_statement(
        id=uuid4(),
        actor=actor,
        verb=vocabulary.POSTED,
        object={"id": "https://tool.example/1", "definition": {"type": vocabulary.FORUM_TOPIC}},
        timestamp=datetime.now(UTC) - timedelta(days=days_ago),
    )


def write(demo: Demo, statements: list[dict[str, Any]]) -> None:
    engine = make_engine(demo.database_url, pool_size=1)
    settings = Settings(database_url=demo.database_url, secret_key=SecretStr(demo.settings.secret))
    with unit_of_work(make_sessions(engine, settings)) as session:
        username, secret = add_credential(session, label="a test", can_write=True)
    engine.dispose()
    with RecordStoreClient(f"{demo.tool_url}/xapi", username, secret) as store:
        assert store.post_statements([json.dumps(one) for one in statements]).status == 200


@pytest.mark.parametrize("block", blocks("sql"))
def test_every_query_finds_something(reader: Reader, block: str) -> None:
    with psycopg.connect(reader.demo.database_url) as connection:
        rows = connection.execute(block.encode()).fetchall()
    assert rows
    assert all(row[0] is not None for row in rows)

"""The `segue` command."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from lti_tool.cli import CommandLine, main
from tests.conftest import SECRET
from tests.factories.entrances import Course

PLATFORM = [
    "--issuer", "https://lms.example", "--client-id", "c", "--auth-login-url", "https://lms.example/a",
    "--auth-token-url", "https://lms.example/t", "--jwks-url", "https://lms.example/j",
]  # fmt: skip


@dataclass
class Segue:
    """The command, run in this process."""

    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str, typed: str | None = None, **changes: str) -> Result:
        line = CommandLine()
        with self.monkeypatch.context() as patch:
            for name, value in changes.items():
                patch.setenv(name, value)
            try:
                return CliRunner().invoke(main, arguments, obj=line, prog_name="segue", input=typed)
            finally:
                if "engine" in vars(line):
                    line.engine.dispose()


@pytest.fixture
def segue(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Segue:
    monkeypatch.setenv("SEGUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SEGUE_SECRET_KEY", SECRET)
    monkeypatch.chdir(tmp_path)
    return Segue(monkeypatch)


def test_it_is_installed_as_segue() -> None:
    shown = subprocess.run(
        [Path(sys.executable).parent / "segue", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert shown.stdout.startswith("segue, version ")


def test_platforms_are_added_listed_disabled_and_enabled(segue: Segue) -> None:
    assert "No platform is registered yet" in segue("platform", "list").stdout
    added = segue("platform", "add", *PLATFORM, "--deployment-id", "1", "--deployment-id", "2")
    assert (added.exit_code, added.stderr) == (0, "")
    listed = segue("platform", "list").stdout
    assert "active    https://lms.example  client c  deployments 1, 2" in listed
    again = segue("platform", "add", *PLATFORM)
    assert again.exit_code == 1
    assert "registered already; nothing was changed" in again.stderr
    assert segue("platform", "disable", "--issuer", "https://lms.example", "--client-id", "c").exit_code == 0
    assert "disabled  https://lms.example" in segue("platform", "list").stdout
    unknown = segue("platform", "enable", "--issuer", "https://lms.example", "--client-id", "x")
    assert unknown.exit_code == 1
    assert "is not registered" in unknown.stderr


def test_a_deployment_is_added_later(segue: Segue) -> None:
    assert "segue platform deploy" in segue("platform", "add", *PLATFORM).stderr
    added = segue("platform", "deploy", *PLATFORM[:4], "--deployment-id", "7")
    assert (added.exit_code, added.stderr) == (0, "")
    assert "deployments 7" in segue("platform", "list").stdout
    unknown = segue("platform", "deploy", *PLATFORM[:3], "x", "--deployment-id", "7")
    assert unknown.exit_code == 1
    assert "is not registered" in unknown.stderr


def test_a_platforms_name_and_addresses_are_changed(segue: Segue) -> None:
    """A platform that moved its keys, or has another name: without a registration by a link."""
    segue("platform", "add", *PLATFORM)
    assert "segue platform set" in segue("platform", "add", *PLATFORM).stderr
    moved = ["--label", "Riverside", "--jwks-url", "https://lms.example/new-keys"]
    changed = segue("platform", "set", *PLATFORM[:4], *moved)
    assert (changed.exit_code, changed.stderr) == (0, "")
    assert "Changed: label, jwks-url." in changed.stdout
    assert "Riverside" in segue("platform", "list").stdout
    refused = segue("platform", "set", *PLATFORM[:4], "--auth-token-url", "javascript:alert(1)")
    assert (refused.exit_code, "--auth-token-url" in refused.stderr) == (1, True)
    assert "Changed" not in segue("platform", "set", *PLATFORM[:4]).stdout


def test_an_invitation_is_a_link_that_is_shown_once(segue: Segue) -> None:
    made = segue("platform", "invite", "--label", "Riverside", "--days", "2")
    assert made.exit_code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/lti/register\?invitation=[\w-]{43}\n", made.stdout)
    assert all(word in made.stderr for word in ("2 days", "Moodle", "Canvas", "Brightspace", "Sakai"))
    assert segue("platform", "invite").stdout != made.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*PLATFORM[:-1], "javascript:alert(1)"], "--jwks-url"),
        (["--issuer", "lms.example", *PLATFORM[2:]], "--issuer: must be a whole address"),
        ([*PLATFORM, "--lrs-url", "https://lrs.example"], "--lrs-url needs"),
        (PLATFORM[:4], "Missing option"),
    ],
)
def test_a_platform_that_makes_no_sense_is_refused(segue: Segue, arguments: list[str], words: str) -> None:
    refused = segue("platform", "add", *arguments)
    assert refused.exit_code in {1, 2}
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SEGUE_SECRET_KEY": "short"}, "SEGUE_SECRET_KEY must be set to at least 32 characters"),
        ({"SEGUE_ENV": "production"}, "SEGUE_BASE_URL must be https"),
        ({"SEGUE_BASE_URL": "https://x.example", "SEGUE_SECRET_KEY": "segue" * 8}, "could be guessed"),
        ({"SEGUE_BASE_URL": "https://x.example/path"}, "base_url"),
        ({"SEGUE_ENV": "production", "SEGUE_MEDIA_URL": "memory:///"}, "SEGUE_MEDIA_URL"),
        ({"SEGUE_DATABASE_URL": "mysql://x/y"}, "PostgreSQL"),
        ({"SEGUE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "The database can't be used"),
        ({"SEGUE_LRS_URL": "https://lrs.example"}, "SEGUE_LRS_USERNAME"),
    ],
)
def test_settings_that_cannot_be_used_are_said_in_words(
    segue: Segue, changes: dict[str, str], words: str
) -> None:
    refused = segue("platform", "list", **changes)
    assert refused.exit_code == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert SECRET not in refused.stderr


def test_migrating_again_has_nothing_to_do(segue: Segue) -> None:
    assert "nothing to do" in segue("migrate").stdout
    assert "nothing to do" in segue("migrate").stdout


def test_doctor_finds_what_is_right_and_what_is_wrong(segue: Segue) -> None:
    well = segue("doctor")
    assert well.exit_code == 0, well.stdout
    assert "xapi: belongs to segue-lti alone" in well.stdout
    assert "ok    media: files can be written, read and deleted" in well.stdout
    assert "FAIL  media" in segue("doctor", SEGUE_MEDIA_URL="file:///proc/nowhere").stdout
    ill = segue("doctor", SEGUE_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert ill.exit_code == 1
    assert "FAIL  database" in ill.stdout


def test_doctor_says_what_is_off(segue: Segue) -> None:
    https = {"SEGUE_BASE_URL": "https://segue.example"}
    assert "ok    settings: production, reached at https://segue.example\n" in segue("doctor", **https).stdout
    tried = segue("doctor", SEGUE_ENV="development", **https)
    assert tried.exit_code == 1
    assert "FAIL  settings: development, reached at https://segue.example, so outgoing" in tried.stdout
    weak = segue("doctor", SEGUE_SECRET_KEY="x" * 40)
    assert "ok    settings: development" in weak.stdout
    assert "SEGUE_SECRET_KEY could be guessed, as it repeats itself" in weak.stdout


ANA = ["--platform", "https://lms.example", "--sub", "ana-ruiz"]
STORE = ["--lrs-url", "https://lrs.example", "--lrs-username", "segue"]


def test_a_password_need_not_be_an_argument(
    segue: Segue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    asked_of: list[str] = []
    monkeypatch.setattr(
        "lti_tool.platforms.cli._ask_what_it_speaks", lambda store, _: asked_of.append(store.password)
    )
    (tmp_path / "password").write_text("from a file\n")
    known = [*PLATFORM[:4], *STORE]
    assert segue("platform", "add", *PLATFORM, *STORE, "--lrs-password-file", "password").exit_code == 0
    assert segue("platform", "set", *known, SEGUE_PLATFORM_LRS_PASSWORD="from the environment").exit_code == 0
    assert segue("platform", "set", *known, "--lrs-password", "an argument").exit_code == 0
    missing = segue("platform", "set", *known)
    assert (missing.exit_code, asked_of[3:]) == (2, [])
    assert "--lrs-password-file" in missing.stderr
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    typed = segue("platform", "set", *known, typed="from the keyboard\n")
    assert typed.exit_code == 0, typed.output
    assert "from the keyboard" not in typed.output
    assert asked_of == ["from a file", "from the environment", "an argument", "from the keyboard"]


@pytest.mark.parametrize(
    "command",
    [
        ["statements", "export", "--output", "exported.jsonl"],
        ["doctor"],
        ["person", "export", *ANA, "--to", "ana"],
        ["person", "erase", *ANA, "--yes", "--list", "list.json"],
    ],
)
def test_what_a_command_keeps_is_for_its_owner_alone(
    segue: Segue, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("SEGUE_SECRET_KEY")
    course.visitor("Ana Ruiz")
    before = os.umask(0o022)
    try:
        done = segue(*command)
    finally:
        assert os.umask(before) == 0o022
    assert done.exit_code == 0, done.output
    kept = [path for path in tmp_path.rglob("*") if path != tmp_path / "media" and path.exists()]
    assert kept
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_credentials_of_the_record_store_are_made_listed_and_revoked(segue: Segue) -> None:
    made = segue("records", "key", "add", "--label", "Analyst")
    username = made.stdout.split()[1]
    secret = made.stdout.split()[3]
    listed = segue("records", "key", "list").stdout
    assert username in listed
    assert secret not in listed
    assert segue("records", "key", "revoke", username).exit_code == 0
    assert segue("records", "key", "revoke", "nobody").exit_code == 1


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["serve"],
        ["worker"],
        ["migrate"],
        ["doctor"],
        ["demo"],
        ["platform", "add"],
        ["platform", "invite"],
        ["admin", "sign-in"],
        ["records", "key"],
        ["statements", "status"],
    ],
)
def test_every_command_has_help(segue: Segue, command: list[str]) -> None:
    shown = segue(*command, "--help")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Usage: segue")


def test_the_tools_keys_are_rotated(segue: Segue) -> None:
    segue("migrate")
    rotated = segue("platform", "rotate-keys")
    assert rotated.exit_code == 0, rotated.output
    assert "signs now" in rotated.stdout
    again = segue("platform", "rotate-keys")
    assert again.exit_code == 1
    assert "--now" in again.stderr
    assert segue("platform", "rotate-keys", "--now").exit_code == 0


def test_an_administrator_is_let_in_by_a_link(segue: Segue) -> None:
    made = segue("admin", "sign-in")
    assert made.exit_code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/admin/sign-in#[\w-]{43}\n", made.stdout)
    assert "once, within ten minutes" in made.stderr

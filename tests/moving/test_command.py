"""`segue platform list` and `segue platform move`."""

import re

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import unit_of_work
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import add_platform
from tests.contract.conftest import everything
from tests.factories.entrances import Course
from tests.moving.conftest import NEW, OLD
from tests.test_cli import Segue
from tests.threads.test_threads import post_thread

Sessions = sessionmaker[Session]


def registration_ids(listed: str) -> dict[str, str]:
    """By issuer."""
    return dict(re.findall(r"  (https://\S+)  client .*\n +id (\S+)", listed))


def test_the_command(
    segue: Segue, course: Course, target: Course, sessions: Sessions, engine: Engine
) -> None:
    post_thread(course.visitor())
    target.visitor()
    with unit_of_work(sessions) as writing:
        writing.get_one(Registration, course.tenant.registration_id).label = "Riverside"
    listed = segue("platform", "list").stdout
    assert "Riverside" in listed
    assert "last launch never" in listed
    ids = registration_ids(listed)
    before = everything(engine)
    dry = segue("platform", "move", ids[OLD], ids[NEW])
    assert (dry.exit_code, dry.stderr) == (0, "")
    for words in (
        "1 people, of whom 1 are in both",
        "1 posts",
        "keep the actors",
        f"--actor-home-page {OLD}",
        "Nothing was changed",
    ):
        assert words in dry.stdout, words
    assert everything(engine) == before
    done = segue("platform", "move", ids[OLD], ids[NEW], "--yes")
    assert (done.exit_code, "Done." in done.stdout) == (0, True)
    assert f"disabled  {OLD}" in segue("platform", "list").stdout
    again = segue("platform", "move", ids[OLD], ids[NEW], "--yes")
    assert "0 people" in again.stdout
    same = segue("platform", "move", ids[NEW], ids[NEW])
    assert (same.exit_code, "the same registration" in same.stderr) == (1, True)
    nobody = segue("platform", "move", str(target.tenant.deployment_id), ids[NEW])
    assert (nobody.exit_code, "segue platform list" in nobody.stderr) == (1, True)
    assert segue("platform", "move", ids[OLD], ids[NEW], "--deployment", "1").exit_code == 2


def test_the_list_tells_two_registrations_of_one_issuer_apart(segue: Segue, sessions: Sessions) -> None:
    with unit_of_work(sessions) as writing:
        for client in ("a", "b"):
            add_platform(
                writing,
                issuer=OLD,
                client_id=client,
                auth_login_url=f"{OLD}/auth",
                auth_token_url=f"{OLD}/token",
                jwks_url=f"{OLD}/jwks",
                deployment_ids=[client.upper()],
                label=f"Campus {client}",
            )
    listed = segue("platform", "list").stdout
    for client in ("a", "b"):
        assert (
            f"client {client}  deployments {client.upper()}  last launch never  named Campus {client}"
            in listed
        )
    assert len(set(re.findall(r"id (\S{36})", listed))) == 2

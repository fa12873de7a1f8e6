"""Every legal launch gets in, with our cookie and without: a session, the right page, the right part."""

import re
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from lti_tool.launch.models import Launch, LaunchKind
from lti_tool.statements.models import StatementRow
from tests.contract.launches.accepted import ACCEPTED
from tests.contract.launches.conftest import NewPlatform
from tests.contract.launches.rows import Accepted
from tests.contract.launches.scene import Scene
from tests.launch.platform import TOOL, landed


@pytest.mark.parametrize("row", ACCEPTED, ids=str)
@pytest.mark.parametrize("cookie", [True, False], ids=["cookie", "no cookie"])
def test_it_gets_in(
    row: Accepted,
    cookie: bool,  # noqa: FBT001  # a column of the table
    new_platform: NewPlatform,
    launches_engine: Engine,
) -> None:
    platform = new_platform()
    row.before(platform)
    told = statements(launches_engine)
    scene = Scene(platform, row.message, cookie=cookie, login=row.login)
    token = scene.token_of(row.recorded) if row.recorded else scene.token(**row.claims)
    first = landed(scene.arrive(token))
    page = scene.browser.get(first, base_url=TOOL)
    assert page.status_code == 200, page.text
    assert not re.search(r"<(script>alert|img)|javascript:alert", page.text)
    launch_id, _, where = first.removeprefix("/l/").partition("/")
    assert where == row.page
    with Session(launches_engine) as session:
        launch = session.get_one(Launch, UUID(launch_id))
        assert (launch.kind, launch.role, launch.is_test) == (row.kind, row.role, row.is_test)
    is_use = row.kind is LaunchKind.RESOURCE_LINK and not row.is_test
    assert statements(launches_engine) - told == is_use


def statements(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(StatementRow)) or 0

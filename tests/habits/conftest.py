"""The tool and the demo LMS, each a server of its own, and a browser that knows both."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.app import create_app
from lti_tool.core.db import unit_of_work
from lti_tool.demo.lms import LmsConfig, create_lms
from lti_tool.demo.lms.files import write_private
from lti_tool.platforms.service import add_platform
from lti_tool.platforms.tool_keys import ensure_tool_keys
from lti_tool.settings import Settings
from tests.habits.world import World
from tests.servers import serving


class Served:
    """An application whose address has to be known before it is made."""

    app: Flask

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture
def world(
    settings: Settings, engine: Engine, sessions: sessionmaker[Session], tmp_path: Path, lms_pem: bytes
) -> Iterator[World]:
    write_private(tmp_path / "lms" / "lms-signing-key.pem", lms_pem)
    tool, lms = Served(), Served()
    with serving(tool) as tool_url, serving(lms) as lms_url:
        tool.app = create_app(settings.model_copy(update={"base_url": tool_url}), engine=engine)
        config = LmsConfig(
            issuer=lms_url,
            tool_url=tool_url,
            data_dir=tmp_path / "lms",
            client_id="segue",
            deployment_id="1",
            offers_storage=True,
            offers_notices=True,
        )
        lms.app = create_lms(config)
        with unit_of_work(sessions) as session:
            ensure_tool_keys(session)
            add_platform(
                session,
                issuer=lms_url,
                client_id="segue",
                auth_login_url=config.auth_url,
                auth_token_url=config.token_url,
                jwks_url=config.jwks_url,
                deployment_ids=["1"],
            )
        yield World(lms.app.extensions["lms"], sessions)

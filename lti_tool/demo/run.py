"""Running the demo: database, content, tool, worker and LMS, until it is stopped."""

import os
import shutil
import signal
from pathlib import Path

import click
from pydantic import SecretStr

from lti_tool.core.db import make_engine, make_sessions
from lti_tool.core.embedded import start_embedded
from lti_tool.demo.content import add_content
from lti_tool.demo.presence import alone, noted
from lti_tool.demo.processes import DemoStopped, Processes, check_port
from lti_tool.demo.registration import connect_lms
from lti_tool.demo.settings import DemoSettings
from lti_tool.installation import install
from lti_tool.settings import Settings, kept_secret


def run_demo(*, port: int, lms_port: int, data: Path) -> None:
    """Everything on this machine, with its state in `data`. Returns when stopped by Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        with alone(data):
            check_port(port, "--port")
            check_port(lms_port, "--lms-port")
            _run(DemoSettings(port=port, lms_port=lms_port, data=data.resolve(), secret=kept_secret(data)))
    except DemoStopped:
        click.echo("Stopped. What you did is kept; `make demo` goes on from here.")


def reset_demo(data: Path) -> None:
    """Remove what the demo stored. Raises SegueError while one runs."""
    if data.exists():
        with alone(data):
            shutil.rmtree(data)
    click.echo("The demo is empty again.")


def _run(demo: DemoSettings) -> None:
    database_url = os.environ.get("SEGUE_DATABASE_URL")
    if not database_url:
        click.echo("… starting the database")
        # Held until the end of this process, which stops it.
        database_url = start_embedded(demo.data / "postgresql").get_uri()
    _prepare(demo, database_url)
    installation = {
        "SEGUE_ENV": "development",
        "SEGUE_DATABASE_URL": database_url,
        "SEGUE_BASE_URL": demo.tool_url,
        "SEGUE_SECRET_KEY": demo.secret,
        "SEGUE_MEDIA_URL": demo.media_url,
    }
    environment = installation | {
        "SEGUE_DEMO_PORT": str(demo.port),
        "SEGUE_DEMO_LMS_PORT": str(demo.lms_port),
        "SEGUE_DEMO_DATA": str(demo.data),
    }
    with noted(demo.data, installation), Processes(demo.data / "logs", environment) as processes:
        click.echo("… starting the tool, its worker and the LMS")
        processes.start("tool", ["-m", "lti_tool", "serve", "--port", str(demo.port)])
        processes.start("LMS", ["-m", "lti_tool.serving", "lti_tool.demo.lms_asgi:app", str(demo.lms_port)])
        processes.wait_for(f"{demo.tool_url}/health/ready")
        # Now, since it begins with delivering to the tool's own record store.
        processes.start("worker", ["-m", "lti_tool", "worker"])
        processes.wait_for(demo.lms_url)
        click.echo(f"\nSegue is running. Open {demo.lms_url}\n")
        click.echo("Choose a person and a course there, then open an activity. Ctrl-C stops everything.")
        processes.watch()


def _prepare(demo: DemoSettings, database_url: str) -> None:
    settings = Settings(
        env="development",
        base_url=demo.tool_url,
        database_url=database_url,
        secret_key=SecretStr(demo.secret),
        media_url=demo.media_url,
    )
    engine = make_engine(database_url, pool_size=2)
    try:
        sessions = make_sessions(engine, settings)
        click.echo("… preparing tables")
        install(engine, sessions)
        connect_lms(sessions, demo)
        if add_content(sessions, demo):
            click.echo("… writing a sample course")
    finally:
        engine.dispose()


def _stop(_number: int, _frame: object) -> None:
    # A second Ctrl-C must not interrupt the stopping.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise DemoStopped

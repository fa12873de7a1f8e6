"""`segue doctor`: what is right and what is wrong with this installation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.core.errors import SettingsError
from lti_tool.core.guessing import weakness_of
from lti_tool.core.migrations import newest_revision, tables_problem
from lti_tool.health.jobs import failing_jobs, waiting_since
from lti_tool.paths import static_dir, templates_dir
from lti_tool.settings import Settings
from lti_tool.storage.store import check_storage

OWN_DISTRIBUTION = "segue-lti"


class _CommandLine(Protocol):
    @property
    def settings(self) -> Settings: ...

    @property
    def engine(self) -> Engine: ...


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    fine: bool
    words: str


def examine(line: _CommandLine) -> Sequence[Finding]:
    """Every check, those that need the database last."""
    findings = [_xapi_is_ours(), _files_are_there(), _checked("settings", lambda: _settings(line.settings))]
    if findings[-1].fine:
        findings.append(_checked("media", lambda: check_storage(line.settings)))
        findings.append(_checked("database", lambda: _database(line.engine)))
        if findings[-1].fine:
            findings.append(_checked("jobs", lambda: _jobs(line.engine)))
    return findings


def foreign_owners_of_xapi() -> Sequence[str]:
    """Distributions other than ours that brought a package called xapi; it would be a mix of both.

    PyPI's xapi-python is a client for a trading platform under that import name.
    """
    owners = metadata.packages_distributions().get("xapi", [])
    return sorted({name for name in owners if name != OWN_DISTRIBUTION})


def _xapi_is_ours() -> Finding:
    foreign = foreign_owners_of_xapi()
    if not foreign:
        return Finding("xapi", fine=True, words=f"belongs to {OWN_DISTRIBUTION} alone")
    names = ", ".join(foreign)
    words = (
        f"{names} overwrote parts of it. Run `pip uninstall {names}`, then install {OWN_DISTRIBUTION} again."
    )
    return Finding("xapi", fine=False, words=words)


def _files_are_there() -> Finding:
    needed = [templates_dir() / "layouts" / "base.html", static_dir() / "vendor" / "htmx.min.js"]
    missing = [path.name for path in needed if not path.is_file()]
    if missing:
        return Finding(
            "files", fine=False, words=f"missing: {', '.join(missing)}. In a checkout, run `make test`."
        )
    return Finding("files", fine=True, words="templates and front-end packages are there")


_OFF = (
    "outgoing requests may go to this network's own machines and over http, platforms may launch over http,"
    " and browsers are not told to keep to https"
)


def _settings(settings: Settings) -> str:
    where = f"{settings.env}, reached at {settings.base_url}"
    if settings.env == "production":
        return where
    weakness = weakness_of(settings.secret_key.get_secret_value())
    off = f"{_OFF}; SEGUE_SECRET_KEY could be guessed, as it {weakness}" if weakness else _OFF
    if settings.is_secure:
        raise SettingsError(f"{where}, so {off}. Unset SEGUE_ENV, or set it to production.")
    return f"{where}: {off}"


def _database(engine: Engine) -> str:
    problem = tables_problem(engine)
    if problem:
        raise SettingsError(problem)
    return f"answers, tables at {newest_revision()}"


def _jobs(engine: Engine) -> str:
    with Session(engine) as session:
        failing, since = failing_jobs(session), waiting_since(session)
    if failing:
        kinds = ", ".join(f"{jobs.name} ({jobs.times} times)" for jobs in failing)
        raise SettingsError(f"these jobs fail repeatedly: {kinds}. The worker's log says why.")
    if since is not None:
        raise SettingsError(f"the oldest waits since {since:%Y-%m-%d %H:%M} UTC: is `segue worker` running?")
    return "no job fails, and none waits too long"


def _checked(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, fine=True, words=check())
    except SettingsError as error:
        return Finding(what, fine=False, words=str(error))
    except OSError as error:
        return Finding(what, fine=False, words=f"{error.filename} can't be used: {error.strerror}.")
    except SQLAlchemyError:
        return Finding(
            what, fine=False, words="does not answer. Is the server of SEGUE_DATABASE_URL running?"
        )

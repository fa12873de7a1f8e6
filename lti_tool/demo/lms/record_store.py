"""Reading the xAPI record store over its HTTP API, as an analyst would."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests

from lti_tool.demo.lms.catalogue import person_by_sub
from lti_tool.demo.lms.config import LmsConfig

TIMEOUT_SECONDS = 5
ON_A_PAGE = 25


@dataclass(frozen=True)
class Record:
    stored: str
    who: str
    verb: str
    what: str
    kind: str
    parent: str
    text: str
    """The whole statement, as indented JSON."""


@dataclass(frozen=True)
class Records:
    rows: tuple[Record, ...] = ()
    older: str = ""
    """Path and query of the next page, on the store's own host; empty on the last one."""
    problem: str = ""


def read_records(config: LmsConfig, more: str | None) -> Records | None:
    """The latest statements, or the page that `more` names. None when `more` leads to another host."""
    if not config.records_url:
        return Records(problem="No record store has been set up for this demo LMS.")
    url = f"{config.records_url}/statements?limit={ON_A_PAGE}"
    if more is not None:
        path = _on_same_host(config.records_url, more)
        if path is None:
            return None
        url = urljoin(config.records_url, path)
    try:
        response = requests.get(
            url,
            auth=(config.records_username or "", config.records_password or ""),
            headers={"X-Experience-API-Version": "1.0.3"},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException:
        return Records(problem=f"The record store at {config.records_url} cannot be reached.")
    return _read(config.records_url, response)


def _read(records_url: str, response: requests.Response) -> Records:
    if response.status_code in {requests.codes.unauthorized, requests.codes.forbidden}:
        return Records(problem="The record store does not accept this demo LMS's name and password.")
    if response.status_code != requests.codes.ok:
        return Records(problem=f"The record store answered with status {response.status_code}.")
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    statements = body.get("statements") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(statements, list):
        return Records(problem="The record store did not answer with statements.")
    more = body.get("more")
    older = _on_same_host(records_url, more) if isinstance(more, str) and more else None
    return Records(rows=tuple(_record(statement) for statement in statements), older=older or "")


def _on_same_host(records_url: str, more: str) -> str | None:
    """Path and query of a `more` address, or None when it would take our credentials elsewhere."""
    try:
        base, parts = urlsplit(records_url), urlsplit(urljoin(records_url, more))
        if _origin(parts) != _origin(base):
            return None
    except ValueError:  # such as a port that is no number
        return None
    # Only the path is kept: the host is always taken from our own settings.
    path = "/" + parts.path.lstrip("/\\")
    return urlunsplit(("", "", path, parts.query, ""))


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _record(statement: object) -> Record:
    whole = _part(statement)
    activity = _part(whole.get("object"))
    definition = _part(activity.get("definition"))
    return Record(
        stored=_showable(whole.get("stored")),
        who=_actor(_part(whole.get("actor"))),
        verb=_in_words(_part(whole.get("verb"))) or _last(_part(whole.get("verb")).get("id")),
        what=_in_words(definition, "name") or _thing(activity),
        kind=_last(definition.get("type")) or _showable(activity.get("objectType")),
        parent=_parent(_part(whole.get("context"))),
        text=_indented(statement),
    )


def _indented(statement: object) -> str:
    try:
        return _showable(json.dumps(statement, indent=2, ensure_ascii=False))
    except RecursionError:  # writing nests deeper than reading did
        return "This statement is nested too deeply to be shown."


def _thing(activity: dict[str, Any]) -> str:
    """An object that is not an activity with a name: a person, another statement, or a bare address."""
    if activity.get("objectType") in {"Agent", "Group"}:
        return _actor(activity)
    return _showable(activity.get("id"))


def _actor(actor: dict[str, Any]) -> str:
    account = _showable(_part(actor.get("account")).get("name"))
    person = person_by_sub(account)
    return person.name if person else (_showable(actor.get("name")) or account or "somebody unnamed")


def _parent(context: dict[str, Any]) -> str:
    parents = _part(context.get("contextActivities")).get("parent")
    first = _part(parents[0] if isinstance(parents, list) and parents else parents)
    return _in_words(_part(first.get("definition")), "name") or _showable(first.get("id"))


def _in_words(part: dict[str, Any], name: str = "display") -> str:
    """A language map in English where it has it, else in its first language."""
    words = _part(part.get(name))
    english = [value for tag, value in words.items() if tag.lower().split("-")[0] == "en"]
    return _showable(next(iter([*english, *words.values()]), ""))


def _last(iri: object) -> str:
    return _showable(iri).rstrip("/").replace("#", "/").rsplit("/", 1)[-1]


def _part(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _showable(value: object) -> str:
    """Text that a page can hold; JSON can carry lone surrogates, and UTF-8 cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""

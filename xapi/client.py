"""Talking to a learning record store over HTTP."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests

from xapi.deadline import DeadlineAdapter

MAX_BODY_BYTES: Final = 1_000_000
_SHOWN_BODY: Final = 2000
_CHUNK: Final = 65_536
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = range(300, 400)
_VERSION: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){2}").fullmatch


@dataclass(frozen=True, slots=True)
class Answer:
    """How a record store answered.

    `status` is None when none came. `body` is cut to 2000 characters. `failure` is a short code and never
    holds an address or a credential: "timeout", "connection" and "request" for an exchange that broke, "tls"
    for a certificate, "redirect", "too_large" for a body over 1 MB, "unreadable" for a body that no record
    store sends. `ids` are those that a 200 named, in lower case; None where there was none to name any.
    """

    status: int | None
    body: str
    retry_after: str | None
    failure: str | None
    ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query: `more` leads to the next, and is empty on the last.

    `consistent_through` is the header of that name: all that was stored until then can be found.
    """

    statements: list[dict[str, Any]]
    more: str
    consistent_through: str | None


class StoreUnreachable(Exception):  # noqa: N818 - the trouble is the store's, and passes
    """The record store gave no usable answer; `failure` is a code of `Answer` or "status 500"."""

    def __init__(self, failure: str) -> None:
        super().__init__(f"the record store gave no usable answer: {failure}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int | None
    body: bytes
    headers: Any
    failure: str | None


class RecordStoreClient:
    """One record store, one set of credentials, one connection kept alive; not for two threads at once.

    `endpoint` is the address below which `statements` lies; ValueError unless it is http or https with a
    host. `timeout` is in seconds: to connect, and for the whole answer from its first byte to its last.
    Proxies and credentials from the environment are not used, and redirects are not followed, so that the
    credentials go nowhere else.
    """

    def __init__(
        self,
        endpoint: str,
        username: str,
        password: str,
        *,
        version: str = "1.0.3",
        timeout: tuple[float, float] = (3.05, 60),
    ) -> None:
        parts = urlsplit(endpoint)
        scheme, host, _ = _origin(parts)
        if scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
            raise ValueError("a record store's endpoint must be an http or https address without a user")
        self._base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in _DEFAULT_PORTS:
            self._session.mount(f"{scheme}://", DeadlineAdapter())
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._session.headers.update(
            {
                "Authorization": f"Basic {credentials}",
                "X-Experience-API-Version": version,
                "Accept": "application/json",
                # A body that is not compressed cannot swell on arrival.
                "Accept-Encoding": "identity",
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def post_statements(self, bodies: Sequence[str]) -> Answer:
        """Sends statements, each as its JSON text, unchanged and in one request; never raises for trouble.

        A 200 that does not carry a JSON array comes from something else than a record store (a login page, a
        proxy), and is a failure: the statements went nowhere (xAPI 1.0.3, Communication 2.1.2).
        """
        reply = self._exchange("POST", self._base + "statements", data=f"[{','.join(bodies)}]".encode())
        failure = reply.failure
        ids: frozenset[str] | None = None
        if failure is None and reply.status == HTTPStatus.OK:
            named = _parse(reply.body)
            if isinstance(named, list):
                ids = frozenset(item.lower() for item in named if isinstance(item, str))
            else:
                failure = "unreadable"
        return Answer(
            status=reply.status,
            body=reply.body[: 4 * _SHOWN_BODY].decode(errors="replace")[:_SHOWN_BODY],
            retry_after=reply.headers.get("Retry-After"),
            failure=failure,
            ids=ids,
        )

    def is_well(self) -> bool:
        """Whether the store answers to a question that needs no statement."""
        return self.versions() is not None

    def versions(self) -> list[str] | None:
        """The xAPI versions that the store says it speaks, of those that are three numbers.

        None where it gives no such answer (GET about, xAPI 1.0.3, Communication 2.8).
        """
        reply = self._exchange("GET", self._base + "about")
        about = _parse(reply.body) if reply.failure is None and reply.status == HTTPStatus.OK else None
        named = about.get("version") if isinstance(about, dict) else None
        if not isinstance(named, list):
            return None
        return [it for it in named if isinstance(it, str) and _VERSION(it)]

    def get_statement(self, statement_id: str) -> dict[str, Any] | None:
        """The stored statement of that id, voided or not; None when the store has none.

        Raises StoreUnreachable when there is no telling.
        """
        url = self._base + "statements"
        reply = self._exchange("GET", url, params={"statementId": statement_id})
        if reply.failure is None and reply.status == HTTPStatus.NOT_FOUND:
            reply = self._exchange("GET", url, params={"voidedStatementId": statement_id})
            # Some stores refuse the parameter instead of having nothing to answer.
            if reply.failure is None and reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}:
                return None
        found = _expect_json(reply)
        if not isinstance(found, dict):
            raise StoreUnreachable("unreadable")
        listed = found.get("statements")
        # Ralph answers with a list, of one or of none.
        return found if listed is None else _one_of(listed, statement_id)

    def query(self, **params: str | int | bool) -> Page:
        """The first page of the statements that match, by the parameters of xAPI 1.0.3, Communication 2.1.3.

        Raises StoreUnreachable.
        """
        texts = {key: _parameter(value) for key, value in params.items()}
        return _page(self._exchange("GET", self._base + "statements", params=texts))

    def follow(self, more: str) -> Page:
        """The page that a page's `more` leads to; raises StoreUnreachable, also when it leads elsewhere."""
        ours = urlsplit(self._base)
        try:
            theirs = urlsplit(urljoin(self._base, more))
            at_home = _origin(ours) == _origin(theirs)
        except ValueError:
            at_home = False
        if not at_home:
            raise StoreUnreachable("more leads elsewhere")
        # Put together with our own host, so that no two readings of one address can differ.
        return _page(
            self._exchange("GET", urlunsplit((ours.scheme, ours.netloc, theirs.path, theirs.query, "")))
        )

    def _exchange(
        self, method: str, url: str, *, params: dict[str, str] | None = None, data: bytes | None = None
    ) -> _Reply:
        headers = {} if data is None else {"Content-Type": "application/json"}
        try:
            response = self._session.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            return _Reply(status=None, body=b"", headers={}, failure=_failure(error))
        with response:
            return _read(response)


def _read(response: requests.Response) -> _Reply:
    """The body up to the cap; what is beyond stays unread, and closing the response drops the connection."""
    body = bytearray()
    failure = "redirect" if response.status_code in _REDIRECTS else None
    try:
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                failure = "too_large"
                break
    except requests.RequestException as error:
        failure = _failure(error)
    return _Reply(response.status_code, bytes(body[:MAX_BODY_BYTES]), response.headers, failure)


def _failure(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "tls"
    # While sending or reading a body, requests reports a timeout as a broken connection.
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, requests.Timeout | TimeoutError):
            return "timeout"
        cause = cause.__cause__ or cause.__context__
    broken = isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError)
    return "connection" if broken else "request"


def _parse(body: bytes) -> Any:
    """The JSON value of `body`, or None when it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _expect_json(reply: _Reply) -> Any:
    if reply.failure is not None:
        raise StoreUnreachable(reply.failure)
    if reply.status != HTTPStatus.OK:
        raise StoreUnreachable(f"status {reply.status}")
    return _parse(reply.body)


def _one_of(listed: object, statement_id: str) -> dict[str, Any] | None:
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise StoreUnreachable("unreadable")
    return next((item for item in listed if item.get("id") == statement_id), None)


def _page(reply: _Reply) -> Page:
    found = _expect_json(reply)
    statements = found.get("statements") if isinstance(found, dict) else None
    if not isinstance(statements, list) or not all(isinstance(item, dict) for item in statements):
        raise StoreUnreachable("unreadable")
    more = found.get("more")
    return Page(
        statements=statements,
        more=more if isinstance(more, str) else "",
        consistent_through=reply.headers.get("X-Experience-API-Consistent-Through"),
    )


def _parameter(value: str | int | bool) -> str:  # noqa: FBT001 - a query parameter, not a switch
    return str(value).lower() if isinstance(value, bool) else str(value)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)

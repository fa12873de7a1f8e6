"""Asking a platform's services, with the token that each call needs and no other."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core.db import settings_of
from lti_tool.core.outbound import Answer, OutboundClient, OutboundError, policy_of
from lti_tool.platforms.access_tokens import access_token
from lti_tool.platforms.answers import check_status, next_page
from lti_tool.platforms.errors import ServiceError, ServiceRefusedError, ServiceUnavailableError

__all__ = ["ServiceAnswer", "ServiceClient", "ServiceError", "ServiceRefusedError", "ServiceUnavailableError"]

_LARGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAnswer:
    """A service's answer of the 2xx kind."""

    status: int
    headers: Mapping[str, str]
    body: Any
    """The JSON document; None where there is none."""
    next_url: str | None
    """Where a GET's next page is; of the same origin as the one that was asked."""


class ServiceClient:
    """One registration's services. Never to be used inside a transaction: it waits for the platform."""

    def __init__(self, sessions: sessionmaker[Session], registration_id: UUID) -> None:
        self._sessions, self._registration_id = sessions, registration_id
        with sessions() as session:  # which asks the database nothing
            self._outbound = OutboundClient(policy_of(settings_of(session)))

    def request(
        self,
        method: str,
        url: str,
        *,
        scopes: Sequence[str],
        accept: str,
        content_type: str | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
        largest: int = _LARGEST,
    ) -> ServiceAnswer:
        """Ask with a token for these scopes, and for no more: one that is not granted would fail them all.

        `body` is sent as JSON where there is a `content_type`; `query` is added to what the address has.
        A token that the service does not take is replaced once. Raises ServiceUnavailableError when it can't
        answer or nobody can read the answer, ServiceRefusedError for the other statuses of 4xx.
        """
        url = with_query(url, query or {})
        headers = {"Accept": accept}
        data = None
        if content_type is not None:
            headers["Content-Type"] = content_type
            data = json.dumps(body, ensure_ascii=False).encode()
        token = access_token(self._sessions, self._registration_id, scopes)
        answer = self._ask(method, url, token, headers=headers, body=data, largest=largest)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            token = access_token(self._sessions, self._registration_id, scopes, refused=token)
            answer = self._ask(method, url, token, headers=headers, body=data, largest=largest)
        check_status(answer)
        is_get = method == "GET"
        return ServiceAnswer(
            status=answer.status,
            headers=answer.headers,
            body=_document(answer, required=is_get),
            next_url=next_page(url, answer.headers) if is_get else None,
        )

    def _ask(
        self,
        method: str,
        url: str,
        token: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        largest: int,
    ) -> Answer:
        try:
            return self._outbound.request(
                method,
                url,
                largest=largest,
                headers={**headers, "Authorization": f"Bearer {token}"},
                body=body,
            )
        except OutboundError as error:
            raise ServiceUnavailableError(str(error).lower().replace(" ", "_")) from None


def with_query(url: str, query: Mapping[str, str]) -> str:
    """The address with these parameters behind those that it has, which stay as they are."""
    if not query:
        return url
    parts = urlsplit(url)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode(query))))).geturl()


def _document(answer: Answer, *, required: bool) -> Any:
    """The JSON of an answer. A page for people is no answer, whatever was asked: a proxy's, or a log-in."""
    try:
        return json.loads(answer.body) if answer.body.strip() else _nothing(required=required)
    except (ValueError, RecursionError):
        if required or "html" in answer.headers.get("Content-Type", "").lower():
            raise ServiceUnavailableError("not_json") from None
        return None


def _nothing(*, required: bool) -> None:
    if required:
        raise ServiceUnavailableError("not_json")

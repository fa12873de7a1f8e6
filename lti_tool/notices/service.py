"""Taking notices: each is checked and kept on its own, so that a bad one spoils no other."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.db import insert_once, unit_of_work
from lti_tool.courses.models import CourseCopy
from lti_tool.launch.reading import BrokenClaimError, read_claims
from lti_tool.notices.claims import CONTEXT_COPY, ContextCopyClaims, NoticeClaims, SentNotices
from lti_tool.notices.errors import NoticeRefusedError
from lti_tool.notices.guard import verified_notice
from lti_tool.notices.models import Notice
from lti_tool.platforms.models import Deployment

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of what was sent."""

    taken: int
    refused: int
    status: int
    """200 where any was taken; 503 where keys could not be had, so that the platform sends all once more."""


def take_notices(sessions: sessionmaker[Session], body: bytes) -> Taken:
    """Check and keep what a platform posted. Raises NoticeRefusedError for what is no such thing at all."""
    began, sent = clock.now(), _read(body).notices
    refusals = [refusal for notice in sent if (refusal := _take(sessions, notice.jwt, began)) is not None]
    for refusal in refusals:
        fault = {"claim": refusal.fault.claim, "rule": refusal.fault.rule.value} if refusal.fault else {}
        log.warning("notice_refused", code=refusal.code, **fault)
    taken = len(sent) - len(refusals)
    return Taken(taken, len(refusals), _status(taken, refusals))


def _status(taken: int, refusals: list[NoticeRefusedError]) -> int:
    unavailable = [refusal.status for refusal in refusals if refusal.status == 503]  # noqa: PLR2004  HTTP's own
    if unavailable:
        return unavailable[0]
    return 200 if taken else refusals[0].status


def _read(body: bytes) -> SentNotices:
    try:
        return SentNotices.model_validate(json.loads(body))
    except (ValueError, RecursionError):  # a ValidationError is a ValueError
        raise NoticeRefusedError("not_notices") from None


def _take(sessions: sessionmaker[Session], token: str, began: datetime) -> NoticeRefusedError | None:
    try:
        registration_id, claims = verified_notice(sessions, token, since=began)
        notice = _typed(claims)
        with unit_of_work(sessions) as session:
            _keep(session, registration_id, notice)
    except NoticeRefusedError as refusal:
        return refusal
    return None


def _typed(claims: dict[str, Any]) -> NoticeClaims:
    try:
        is_copy = read_claims(NoticeClaims, claims).message.notice.type == CONTEXT_COPY
        read = read_claims(ContextCopyClaims if is_copy else NoticeClaims, claims)
    except BrokenClaimError as error:
        raise NoticeRefusedError("claims_invalid", fault=error.fault) from None
    if read.set_aside:
        log.info("claims_set_aside", claims=[str(fault) for fault in read.set_aside])
    return read.message


def _keep(session: Session, registration_id: UUID, notice: NoticeClaims) -> None:
    """Once for each id, also under a race. A type that the tool does nothing with is only noted."""
    deployment_id = session.scalars(
        select(Deployment.id).filter_by(registration_id=registration_id, deployment_id=notice.deployment_id)
    ).one_or_none()
    if deployment_id is None:
        raise NoticeRefusedError("deployment_unknown", status=401)
    _, made = insert_once(
        session,
        Notice,
        key=("registration_id", "notice_id"),
        registration_id=registration_id,
        deployment_id=deployment_id,
        notice_id=notice.notice.id,
        type=notice.notice.type,
    )
    if made and isinstance(notice, ContextCopyClaims) and notice.origin_contexts:
        session.add(
            CourseCopy(
                deployment_id=deployment_id,
                context_id=notice.context.id,
                origin_context_ids=list(notice.origin_contexts),
            )
        )

"""Answering a deep linking request, once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.activities.service import activity_settings
from lti_tool.core import clock
from lti_tool.core.db import insert_once, settings_of
from lti_tool.core.errors import NotFoundError, SegueError
from lti_tool.core.visit import Visit
from lti_tool.courses.models import Activity, PlannedActivity
from lti_tool.courses.shapes import Shape
from lti_tool.deep_linking.response import LIFE_SECONDS, Seal, resource_link, response_claims, signed
from lti_tool.launch.models import Launch
from lti_tool.launch.origins import origin_of
from lti_tool.platforms.tool_keys import signing_key

_NOTHING = "nothing"


class AnsweredError(SegueError):
    """The course has got another answer from this visit, or the same one too long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the browser takes back to the platform."""

    return_url: str
    origin: str
    token: str
    title: str | None
    """Of the activity; None where nothing was chosen."""
    is_known: bool
    """Whether it goes to where the platform is registered; another address is shown before one goes there."""


def access_choice(visit: Visit) -> None:
    """For staff alone, though only staff are let in: a role may change while a session lives."""
    if not visit.role.is_staff:
        raise NotFoundError


def answer_with_activity(
    session: Session,
    visit: Visit,
    *,
    activity: Activity,
    shape: Shape,
    title: str,
    prompt: str,
    points: float | None,
    anonymous: bool,
    submission_key: UUID,
) -> Answer:
    """Keep the activity until its first launch, and answer with a link to it.

    The same form sent again gets the same answer. Raises AnsweredError for another one.
    """
    access_choice(visit)
    seal = _seal(session, visit, choice=str(submission_key))
    planned, _ = insert_once(
        session,
        PlannedActivity,
        key=("author_id", "submission_key"),
        author_id=visit.person_id,
        submission_key=submission_key,
        registration_id=visit.registration_id,
        course_id=visit.course_id,
        activity=activity,
        title=title,
        settings=activity_settings(
            prompt=prompt,
            points=points if visit.details["takes_line_item"] else None,
            shape=shape,
            anonymous=anonymous,
        ),
    )
    item = resource_link(planned, launch_url=f"{settings_of(session).base_url}/lti/launch")
    return _answer(session, visit, seal, [item], title=planned.title)


def answer_with_nothing(session: Session, visit: Visit) -> Answer:
    """Leave without a choice: no content items, as the specification allows."""
    access_choice(visit)
    return _answer(session, visit, _seal(session, visit, choice=_NOTHING), [], title=None)


def _seal(session: Session, visit: Visit, *, choice: str) -> Seal:
    """The visit's one answer is for this choice: now, or as it was made before. Others wait for the row."""
    launch = session.scalars(
        select(Launch)
        .filter_by(id=visit.launch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    now = int(clock.now().timestamp())
    given = launch.details.get("answer")
    if given is None:
        given = {"choice": choice, "nonce": uuid4().hex, "issued_at": now}
        launch.details = {**launch.details, "answer": given}
        session.flush()
    elif given["choice"] != choice or now >= given["issued_at"] + LIFE_SECONDS:
        raise AnsweredError
    return Seal(nonce=given["nonce"], issued_at=given["issued_at"])


def _answer(
    session: Session, visit: Visit, seal: Seal, items: list[dict[str, Any]], *, title: str | None
) -> Answer:
    return_url = visit.details["return_url"]
    origin = origin_of(return_url) or ""
    return Answer(
        return_url=return_url,
        origin=origin,
        token=signed(response_claims(visit, seal, items), signing_key(session)),
        title=title,
        is_known=origin in {origin_of(address) for address in visit.known_addresses},
    )

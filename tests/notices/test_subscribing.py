"""The tool asks a platform to be told, once and with patience; the demo LMS then tells of a copied course."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.courses.models import CourseCopy
from lti_tool.demo.lms.catalogue import COURSES, PEOPLE
from lti_tool.launch.claims import NotificationService
from lti_tool.launch.events import Admitted
from lti_tool.notices.handlers import register_handler
from lti_tool.notices.models import NoticeHandler
from lti_tool.notices.subscribing import on_admitted
from lti_tool.platforms.errors import ServiceUnavailableError
from tests.conftest import QueryCounter
from tests.served_lms import ServedLms, serve_lms

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
HELLO, COPY = "LtiHelloWorldNotice", "LtiContextCopyNotice"
HANDLER = "http://127.0.0.1:8000/lti/notices"


@pytest.fixture
def lms(app: Flask, sessions: sessionmaker[Session], tmp_path: Path, lms_pem: bytes) -> Iterator[ServedLms]:
    with serve_lms(app, sessions, tmp_path / "lms", lms_pem, offers_notices=True) as served:
        yield served


def offered(lms: ServedLms, **changes: Any) -> NotificationService:
    values = {
        "platform_notification_service_url": lms.lms.config.notice_handlers_url,
        "scope": [SCOPE],
        "notice_types_supported": [HELLO, COPY, "LtiFutureNotice"],
    }
    return NotificationService.model_validate(values | changes)


def launched(lms: ServedLms, **changes: Any) -> None:
    """Somebody came in from a platform that offers this."""
    with unit_of_work(lms.sessions) as session:
        on_admitted(session, Admitted(lms.deployment_id, offered(lms, **changes)))


def jobs(lms: ServedLms) -> int:
    with lms.sessions() as session:
        waiting = text("select count(*) from procrastinate_jobs where task_name like '%ask_for_notices'")
        return session.scalar(waiting) or 0


def handler(lms: ServedLms) -> NoticeHandler:
    with lms.sessions() as session:
        return session.scalars(select(NoticeHandler)).one()


def test_a_launch_has_the_platform_asked_and_the_job_registers_the_handler(lms: ServedLms) -> None:
    launched(lms)
    assert jobs(lms) == 1
    register_handler(lms.sessions, lms.deployment_id)
    assert lms.lms.state.notice_handlers() == {HELLO: HANDLER, COPY: HANDLER}
    assert handler(lms).taken_at is not None
    requests = len(lms.server.requests)
    register_handler(lms.sessions, lms.deployment_id)
    assert len(lms.server.requests) == requests


def test_a_real_launch_has_the_platform_asked(lms: ServedLms) -> None:
    lms.launch(PEOPLE[4], COURSES[0])
    assert jobs(lms) == 1
    lms.launch(PEOPLE[0], COURSES[1])
    assert jobs(lms) == 1


def test_twenty_launches_at_once_have_it_asked_once(lms: ServedLms) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: launched(lms), range(20)))
    assert jobs(lms) == 1


def test_a_platform_that_agreed_is_not_asked_again(lms: ServedLms, count_queries: QueryCounter) -> None:
    launched(lms)
    register_handler(lms.sessions, lms.deployment_id)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)), count_queries() as queries:
        launched(lms)
    assert jobs(lms) == 1
    assert len(queries) == 1


def test_one_that_did_not_agree_is_asked_again_the_next_day(lms: ServedLms) -> None:
    launched(lms)
    for hours, asked in ((23, 1), (25, 2), (26, 2), (51, 3)):
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=False):
            launched(lms)
        assert jobs(lms) == asked


def test_a_service_that_moved_is_asked_at_once(lms: ServedLms) -> None:
    launched(lms)
    register_handler(lms.sessions, lms.deployment_id)
    launched(lms, platform_notification_service_url=f"{lms.url}/moved")
    assert jobs(lms) == 2
    assert handler(lms).taken_at is None


@pytest.mark.parametrize("changes", [{"scope": []}, {"notice_types_supported": ["LtiFutureNotice"]}])
def test_what_offers_nothing_of_use_is_not_asked(lms: ServedLms, changes: dict[str, Any]) -> None:
    launched(lms, **changes)
    assert jobs(lms) == 0


def test_a_platform_that_is_down_is_tried_again(lms: ServedLms) -> None:
    launched(lms)
    lms.server.answer = lambda _request: Response("down", status=503)
    with pytest.raises(ServiceUnavailableError):
        register_handler(lms.sessions, lms.deployment_id)
    assert handler(lms).taken_at is None


def test_a_platform_that_refuses_is_left_alone_until_another_day(lms: ServedLms) -> None:
    launched(lms)
    pass_on = lms.server.answer

    def refuse(request: Request) -> Response:
        return Response("no", status=403) if request.method == "PUT" else pass_on(request)

    lms.server.answer = refuse
    register_handler(lms.sessions, lms.deployment_id)
    assert handler(lms).taken_at is None
    lms.server.answer = pass_on
    register_handler(lms.sessions, lms.deployment_id)
    assert handler(lms).taken_at is not None


def test_copying_a_course_of_the_demo_lms_tells_the_tool(lms: ServedLms) -> None:
    """Signed by the LMS, posted over HTTP, checked with the key set that the tool fetches from it."""
    config = lms.lms.config
    lms.lms.state.put_notice_handler(COPY, f"{config.tool_url}/lti/notices")
    page = lms.app.test_client().post("/courses/difficult-conversations/as/ines/copy")
    assert page.status_code == 303
    copy = lms.lms.state.course((page.location or "").split("/")[2])
    assert copy is not None
    with lms.sessions() as session:
        told = session.scalars(select(CourseCopy)).one()
    assert (told.context_id, told.origin_context_ids) == (copy.context_id, [COURSES[0].context_id])


def test_a_tool_that_is_down_does_not_keep_a_course_from_being_copied(lms: ServedLms) -> None:
    lms.lms.state.put_notice_handler(COPY, "http://127.0.0.1:1/lti/notices")
    assert lms.app.test_client().post("/courses/difficult-conversations/as/ines/copy").status_code == 303

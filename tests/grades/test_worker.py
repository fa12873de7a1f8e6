"""The worker as a process, killed in the worst moment of sending a score."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from tests.grades.conftest import ANA, INES, Gradebook
from tests.grades.test_sending import give, scores_sent
from tests.served_lms import serve_lms
from tests.statements.test_worker import WITHIN, Installation, until


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(database_url, tmp_path)
    yield installation
    installation.engine.dispose()


def test_a_kill_between_the_platforms_answer_and_our_mark_loses_no_score(
    installation: Installation, tmp_path: Path, lms_pem: bytes
) -> None:
    """The platform has taken the score, the worker is killed before it hears of it; staff change it then."""
    with serve_lms(installation.app, installation.sessions, tmp_path / "lms", lms_pem) as lms:
        gradebook = Gradebook(lms, installation.app, installation.sessions)
        ana, ines = gradebook.enter(ANA), gradebook.enter(INES)
        passes_on, taken, held = lms.server.answer, threading.Event(), threading.Event()

        def take_and_stay_silent(request: Request) -> Response:
            answer = passes_on(request)
            if request.path.endswith("/scores"):
                taken.set()
                held.wait(WITHIN)
            return answer

        lms.server.answer = take_and_stay_silent
        give(gradebook, ines, ana, "3")
        with installation.worker("http://127.0.0.1:9/xapi") as worker:
            assert taken.wait(WITHIN), (installation.folder / "worker.log").read_text()
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        held.set()
        lms.server.answer = passes_on
        row = gradebook.score(ana.actor.person_id)
        assert (row.sent_change, row.due_at is not None) == (None, True)
        give(gradebook, ines, ana, "8")
        gradebook.let_time_pass()  # the dead worker's lease has run out (120 s)
        with installation.worker("http://127.0.0.1:9/xapi"):
            until(lambda: gradebook.score(ana.actor.person_id).due_at is None, "sending by the second worker")
        row = gradebook.score(ana.actor.person_id)
        assert row.sent_change == row.changed_at
        assert gradebook.kept(ANA)["scoreGiven"] == 8  # type: ignore[index]
        moments = [str(score["timestamp"]) for score in scores_sent(gradebook)]
        assert moments == sorted(set(moments))

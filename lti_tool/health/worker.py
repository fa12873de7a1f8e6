"""/health/live and /health/ready of a worker, which serves nothing else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.core import clock
from lti_tool.core.errors import SettingsError
from lti_tool.health.jobs import failing_jobs
from lti_tool.health.readiness import has_our_tables

_PATIENCE = 5
"""Seconds for a request to come; who asks for more is cut off."""


@contextmanager
def telling_health(sessions: sessionmaker[Session], *, host: str, port: int) -> Iterator[int]:
    """Answer at this address while the block runs; gives the port (0 takes a free one)."""
    began = clock.now()

    def ready() -> dict[str, Any]:
        try:
            with sessions() as session:
                if not has_our_tables(session):
                    return {"ready": False, "why": "schema"}
                failing = failing_jobs(session, since=began)
        except SQLAlchemyError:
            return {"ready": False, "why": "database"}
        if failing:
            return {"ready": False, "why": "jobs", "failing_jobs": [jobs.name for jobs in failing]}
        return {"ready": True}

    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_GET(self) -> None:  # the name is the library's
            answers = {"/health/live": lambda: {"live": True}, "/health/ready": ready}
            answer = answers.get(self.path, lambda: {"error": "not_found"})()
            status = HTTPStatus.OK if True in answer.values() else HTTPStatus.SERVICE_UNAVAILABLE
            self.send_response(HTTPStatus.NOT_FOUND if "error" in answer else status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Probes come each few seconds and are no news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise SettingsError(f"The worker can't listen at {host}:{port}: {error.strerror}.") from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Real HTTP on this machine, for as long as a test needs it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from uvicorn import Server
from werkzeug.wrappers import Request, Response

from lti_tool.serving.application import InThreads
from lti_tool.serving.limits import BodyLimits
from lti_tool.serving.server import server_config
from lti_tool.web.bodies import limits_of
from tests.request_log import Noted

_THREADS = 16
_ANY = BodyLimits(size=64 * 1024 * 1024, seconds=60)


@contextmanager
def serving(
    application: Any, *, port: int = 0, ssl_context: ssl.SSLContext | None = None, threads: int = _THREADS
) -> Iterator[str]:
    """Serve a WSGI application on 127.0.0.1; gives its address, which is http unless a context is given."""
    find_limits = limits_of(application) if isinstance(application, Flask) else lambda _method, _path: _ANY
    adapted = InThreads(application, find_limits, threads=threads)
    config = server_config(
        Noted(adapted), **({"ssl_context_factory": lambda *_: ssl_context} if ssl_context else {})
    )
    config.timeout_graceful_shutdown = 1  # who is held up by a test on purpose is not waited for
    server = Server(config)
    # Connections that come before the server does wait for it.
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()
            adapted.close()


def free_port() -> int:
    """A port that is free now, for servers that must know each other's before they start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Counterpart:
    """A server that answers as the test says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Response] = lambda _request: Response(
            "[]", mimetype="application/json"
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        self.requests.append(request)
        return self.answer(request)(environ, start_response)

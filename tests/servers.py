"""Real HTTP on this machine, for as long as a test needs it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any, **__: Any) -> None:
        pass


@contextmanager
def serving(application: Any, *, port: int = 0, ssl_context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a WSGI application on 127.0.0.1; gives its address, which is http unless a context is given."""
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    if ssl_context:
        # Hands are shaken by each connection's own thread. Where the server does it as it accepts, one client
        # that connects and says nothing, as browsers do ahead of time, keeps out all the others.
        server.ssl_context = ssl_context
        server.socket = ssl_context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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

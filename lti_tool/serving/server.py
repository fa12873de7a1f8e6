"""Running an application over HTTP: processes that share one address."""

import resource
import socket
from typing import Any, Final

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from lti_tool.core.errors import SegueError
from lti_tool.serving.connections import TimedConnection

IDLE_FOR: Final = 75
"""Seconds in which a connection may wait for its next request; longer than proxies keep theirs (60)."""
_FINISHED_WITHIN: Final = 20
"""Seconds for running requests when the server is told to stop."""
_ANSWERS_WITHIN: Final = 60
"""Seconds after which a process that says nothing to its parent is replaced."""


def serve(target: str, *, host: str, port: int, workers: int) -> None:
    """Serve `module:application` until SIGTERM or Ctrl-C. A process that ends by itself is replaced."""
    _allow_connections()
    with _listen(host, port) as listener:
        Multiprocess(server_config(target, workers=workers), sockets=[listener]).run()


def server_config(application: Any, **more: Any) -> Config:
    """What all servers of the project have in common."""
    return Config(
        application,
        **more,
        http=TimedConnection,
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",  # a warning is somebody's bad request
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_FOR,
        timeout_graceful_shutdown=_FINISHED_WITHIN,
        timeout_worker_healthcheck=_ANSWERS_WITHIN,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SegueError(f"Can't listen on {host}, port {port}: {error.strerror}.") from None


def _allow_connections() -> None:
    """As many open files as this user may have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

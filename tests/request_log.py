"""Requests as the browser and the server see them, line by line in one file: `make steady` keeps it.

Without the variable nothing is written.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VARIABLE = "SEGUE_REQUEST_LOG"
"""Names the file in the environment."""


def note(side: str, event: str, request: str) -> None:
    file = os.environ.get(VARIABLE)
    if file:
        with Path(file).open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC):%H:%M:%S.%f} {side:7} {event:12} {request}\n")


class Noted:
    """An ASGI application whose requests are written down: when each came, was answered, and ended."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # The client's port tells its connections apart.
        client = (scope.get("client") or ("", 0))[1]
        request = f"{scope.get('method')} {scope.get('path')} from port {client}"

        async def received() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect":
                note("server", "disconnected", request)
            elif not message.get("more_body"):
                note("server", "read", request)
            return message

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                note("server", str(message["status"]), request)
            await send(message)

        note("server", "asked", request)
        try:
            await self.application(scope, received, sent)
        finally:
            note("server", "ended", request)

"""A record store that misbehaves on command: in a thread for tests, or in a process of its own.

It keeps statements as a real one does: an id once, the same statement again is fine, another one is a 409.
How it treats a request is one of `FAULTS`: some of them take the statements and say otherwise, some of them
say that they took what they did not. A statement that it refuses for good (`refused`) is always a 400.
"""

import asyncio
import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from xapi.comparison import same_statement

WELL = "well"
_VERSION = b"X-Experience-API-Version: 1.0.3\r\n"
_REASONS = {200: "OK", 204: "No Content"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of a POST: whether the statements are kept, and what is answered."""

    keeps: bool = False
    status: int | None = None
    """None: no answer at all."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    ending: str = "whole"
    """"whole", "reset" (RST), "cut" (in the middle of the body), "slow" (byte by byte), "silent"."""


FAULTS: dict[str, Fault] = {
    "500": Fault(status=500),
    "502": Fault(status=502, body="<html>bad gateway</html>"),
    "503": Fault(status=503),
    "503 with Retry-After": Fault(status=503, headers=(("Retry-After", "1"),)),
    "503 with garbled Retry-After": Fault(status=503, headers=(("Retry-After", "soon"),)),
    "429": Fault(status=429),
    "429 with Retry-After": Fault(status=429, headers=(("Retry-After", "1"),)),
    "429 with a date": Fault(status=429, headers=(("Retry-After", "DATE"),)),
    "408": Fault(status=408),
    "500 after keeping": Fault(keeps=True, status=500),
    "401": Fault(status=401),
    "403": Fault(status=403),
    "404": Fault(status=404),
    "redirect": Fault(status=302, headers=(("Location", "http://127.0.0.1:9/"),)),
    "200 with a page": Fault(status=200, body="<html>please sign in</html>"),
    "200 with nothing": Fault(status=200),
    "200 with other ids": Fault(status=200, body="OTHER"),
    "200 naming half, keeping half": Fault(status=200, body="HALF"),
    "200 naming none, keeping all": Fault(keeps=True, status=200, body="[]"),
    "204": Fault(keeps=True, status=204),
    "413 above ten": Fault(status=413),
    "reset before": Fault(ending="reset"),
    "reset after keeping": Fault(keeps=True, ending="reset"),
    "cut in the middle": Fault(keeps=True, status=200, body="IDS", ending="cut"),
    "cut without keeping": Fault(status=200, body="IDS", ending="cut"),
    "slow": Fault(keeps=True, status=200, body="IDS", ending="slow"),
    "silent": Fault(ending="silent"),
    "silent after keeping": Fault(keeps=True, ending="silent"),
}
"""By their names, as chaos and tests ask for them. "well" is none of them."""


@dataclass
class MisbehavingStore:
    """`choose` says for each POST which fault it meets (WELL for none)."""

    choose: Callable[[], str] = lambda: WELL
    refused: set[str] = field(default_factory=set)
    """Ids of statements that it takes under no circumstances."""
    refuses: Callable[[dict[str, Any]], bool] = lambda _statement: False
    """The same, by what stands in them."""
    kept: MutableMapping[str, str] = field(default_factory=dict)
    """The JSON text of each statement that was taken, by id."""
    posts: Counter[str] = field(default_factory=Counter)
    """How many requests met which fault."""
    conflicts: list[str] = field(default_factory=list)
    """Ids that came with another statement than the one that is kept."""
    silence: float = 20.0
    """Seconds that a silent or a slow answer takes."""

    def take(self, texts: list[dict[str, Any]]) -> bool:
        """Keep them all, or none where one differs from what is there."""
        new = {}
        for one in texts:
            there, text = self.kept.get(one["id"]), json.dumps(one)
            if there is None:
                new[one["id"]] = text
            elif there != text and not same_statement(json.loads(there), one):
                self.conflicts.append(one["id"])
                return False
        self.kept.update(new)
        return True

    def any_refused(self, statements: list[dict[str, Any]]) -> bool:
        return any(one["id"] in self.refused or self.refuses(one) for one in statements)

    def post(self, statements: list[dict[str, Any]]) -> Fault:
        """What is answered, with what stands in it filled in."""
        name = self.choose()
        if name == "413 above ten" and len(statements) <= 10:
            name = WELL
        self.posts[name] += 1
        ids = [one["id"] for one in statements]
        if name == WELL:
            if self.any_refused(statements):
                return Fault(status=400, body="a statement is not valid")
            return Fault(status=200, body=json.dumps(ids)) if self.take(statements) else Fault(status=409)
        fault = FAULTS[name]
        bodies = {"IDS": ids, "HALF": ids[::2], "OTHER": [str(uuid4()) for _ in ids]}
        kept = statements if fault.keeps else statements[::2] if fault.body == "HALF" else []
        if self.any_refused(kept):
            return Fault(status=400, body="a statement is not valid")
        if kept and not self.take(kept):
            return Fault(status=409)
        date = formatdate(time.time() + 1, usegmt=True)
        return Fault(
            status=fault.status,
            headers=tuple((key, date if value == "DATE" else value) for key, value in fault.headers),
            body=json.dumps(bodies[fault.body]) if fault.body in bodies else fault.body,
            ending=fault.ending,
        )

    def get(self, target: str) -> Fault:
        """`about`, a single statement, or all of them, a thousand a page."""
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/about"):
            return Fault(status=200, body='{"version": ["1.0.3", "2.0.0"]}')
        if "voidedStatementId" in query:
            return Fault(status=404)
        if "statementId" in query:
            found = self.kept.get(query["statementId"])
            return Fault(status=404) if found is None else Fault(status=200, body=found)
        begin = int(query.get("from", "0"))
        page = list(self.kept.values())[begin : begin + 500]
        more = f"{parts.path}?from={begin + 500}" if begin + 500 < len(self.kept) else ""
        return Fault(status=200, body=f'{{"statements": [{",".join(page)}], "more": "{more}"}}')

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, target, _ = head.split(" ", 2)
                length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
                body = await reader.readexactly(int(length or 0))
                answer = self.post(json.loads(body)) if method == "POST" else self.get(target)
                if not await self._answer(answer, writer):
                    break

    async def _answer(self, answer: Fault, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        if answer.ending == "silent":
            await asyncio.sleep(self.silence)
        if answer.ending in {"silent", "reset"}:
            _reset(writer)
            return False
        assert answer.status is not None
        body = answer.body.encode()
        head = f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Error')}\r\n".encode() + _VERSION
        head += "".join(f"{key}: {value}\r\n" for key, value in answer.headers).encode()
        if answer.status != 204:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode()
        if answer.ending == "cut":
            writer.write(head + b"\r\n" + body[: len(body) // 2])
            await writer.drain()
            return False
        if answer.ending == "slow":
            writer.write(head + b"\r\n")
            for byte in body[:-1]:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(self.silence / len(body))
            writer.write(body[-1:])
        else:
            writer.write(head + b"\r\n" + body)
        await writer.drain()
        return True


def _reset(writer: asyncio.StreamWriter) -> None:
    """End with RST, as a machine does that went away."""
    connection = writer.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def serving_store(store: MisbehavingStore) -> Iterator[str]:
    """Serve it by a thread of this process; gives the endpoint."""
    started = threading.Event()
    running: dict[str, Any] = {}

    async def serve() -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(store.serve, "127.0.0.1", 0, limit=2**22)
        running.update(loop=asyncio.get_running_loop(), stop=stop, port=server.sockets[0].getsockname()[1])
        started.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="store")
    thread.start()
    started.wait()
    try:
        yield f"http://127.0.0.1:{running['port']}/xapi"
    finally:
        running["loop"].call_soon_threadsafe(running["stop"].set)
        thread.join()


def some_of_the_time(share: float, chance: random.Random) -> Callable[[], str]:
    """Misbehaves that share of the time, in each way alike."""
    names = list(FAULTS)
    return lambda: chance.choice(names) if chance.random() < share else WELL

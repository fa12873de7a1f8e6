"""Clients that hold connections open, for bench.attack and for tests.

Prints "holding" once all of them have sent their first bytes. When its input ends, or after two minutes, or
once the server has ended all of them, it prints how each was ended.
"""

import argparse
import asyncio
import json
import socket
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

KINDS = ("slow body", "slow headers", "endless chunks", "slow reader")
_LONGEST = 120.0
_SMALL = 4096
_PIPELINED = 20


class Attackers:
    """So many of each kind."""

    def __init__(self, port: int, each: int, large: str) -> None:
        self._port, self._each, self._large = port, each, large
        self._outcomes: Counter[str] = Counter()
        self._stopping = asyncio.Event()
        self._holding = 0

    async def run(self) -> Counter[str]:
        asyncio.get_running_loop().call_later(_LONGEST, self._stopping.set)
        clients = [asyncio.create_task(self._client(kind)) for kind in KINDS for _ in range(self._each)]
        stdin = threading.Thread(target=self._wait_for_end, args=(asyncio.get_running_loop(),), daemon=True)
        stdin.start()
        await asyncio.gather(*clients)
        return self._outcomes

    def _wait_for_end(self, loop: asyncio.AbstractEventLoop) -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(self._stopping.set)

    async def _client(self, kind: str) -> None:
        connection = socket.socket()
        connection.setblocking(False)  # the standard library's own
        if kind == "slow reader":  # what is not read stays with the server
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        loop = asyncio.get_running_loop()
        connected = asyncio.Event()
        acting = asyncio.create_task(self._act(kind, connection, connected))
        ended = asyncio.create_task(self._ended(kind, connection, acting, connected))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
        outcome = ended.result() if ended.done() else "held to the end"
        self._outcomes[f"{kind}: {outcome}"] += 1
        for task in (acting, ended, stopping):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task
        loop.remove_reader(connection)
        connection.close()

    async def _act(self, kind: str, connection: socket.socket, connected: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", self._port))
        connected.set()
        first, more, pause = self._words(kind)
        await loop.sock_sendall(connection, first)
        self._holding += 1
        if self._holding == self._each * len(KINDS):
            print("holding", flush=True)
        while more:
            await asyncio.sleep(pause)
            await loop.sock_sendall(connection, more)

    def _words(self, kind: str) -> tuple[bytes, bytes, float]:
        """What is sent first, what again and again, and after which pause."""
        if kind == "slow body":
            return _head("POST /lti/login", "Content-Length: 1000") + b"iss=ht", b"", 0
        if kind == "slow headers":
            return b"GET / HTTP/1.1\r\n", b"X-More: 1\r\n", 2
        if kind == "endless chunks":
            return _head("POST /lti/login", "Transfer-Encoding: chunked"), _CHUNK, 0.1
        return _head(f"GET {self._large}") * _PIPELINED, b"", 0

    async def _ended(
        self, kind: str, connection: socket.socket, acting: asyncio.Task[None], connected: asyncio.Event
    ) -> str:
        """The status that ends it, or that it was cut."""
        loop = asyncio.get_running_loop()
        try:
            if kind == "slow reader":
                await asyncio.shield(acting)
                # Nothing else tells: to read would be to take the answer.
                while not connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
                return "cut"
            await connected.wait()
            words = (await loop.sock_recv(connection, 64)).split(b" ")
            return words[1].decode() if len(words) > 1 else "cut"
        except OSError:
            return "cut"


_CHUNK = b"1000\r\n" + b"a" * 4096 + b"\r\n"


def _head(request: str, *more: str) -> bytes:
    form = "Content-Type: application/x-www-form-urlencoded"
    return "\r\n".join([f"{request} HTTP/1.1", "Host: 127.0.0.1", form, *more, "", ""]).encode()


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.attackers", description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--each", type=int, default=200)
    options.add_argument("--large", required=True, help="a path with a large answer")
    given = options.parse_args(arguments)

    async def attack() -> Counter[str]:
        return await Attackers(given.port, given.each, given.large).run()

    print(json.dumps(asyncio.run(attack())), flush=True)


if __name__ == "__main__":
    main()

"""The other side of outbound requests: one that counts, ones that misbehave, one with a certificate."""

import re
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

Behaviour = Callable[[socket.socket], object]


class Canary:
    """One port on the loopback addresses, which nothing may ever reach."""

    def __init__(self, listeners: list[socket.socket]) -> None:
        self._listeners = listeners
        self.port: int = listeners[0].getsockname()[1]

    def connections(self) -> int:
        count = 0
        while ready := select.select(self._listeners, [], [], 0)[0]:
            for listener in ready:
                listener.accept()[0].close()
                count += 1
        return count


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
        listeners = [first]
        with suppress(OSError):  # where the machine has no IPv6, nothing can reach it either
            address = ("::1", first.getsockname()[1])
            second = socket.create_server(address, family=socket.AF_INET6, backlog=64)
            listeners.append(stack.enter_context(second))
        yield Canary(listeners)


@contextmanager
def behaving(
    behave: Behaviour, *, wrap: Callable[[socket.socket], socket.socket] | None = None
) -> Iterator[int]:
    """A server on 127.0.0.1 that does this with each connection; gives its port."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(plain,), daemon=True).start()

        def talk(plain: socket.socket) -> None:
            plain.settimeout(20)
            try:
                with plain, wrap(plain) if wrap else plain as sock:
                    behave(sock)
            except OSError:  # the client went away, as it should
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        yield port
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def answering(data: bytes) -> Behaviour:
    def behave(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(data)

    return behave


def read_request(sock: socket.socket) -> bytes:
    """Head and body, which may come one after the other."""
    asked = b""
    while not _is_whole(asked):
        more = sock.recv(65536)
        if not more:
            break
        asked += more
    return asked


def _is_whole(asked: bytes) -> bool:
    head, end, body = asked.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Host name -> the addresses of each look-up in turn; others are looked up as ever."""
    table: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host not in table:
            return real(host, port, *args, **options)
        if not table[host]:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        ips = table[host].pop(0)
        return [entry for ip in ips for entry in real(ip, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table

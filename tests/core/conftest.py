"""The other side of outbound requests: one that counts, ones that misbehave, one with a certificate."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

Behaviour = Callable[[socket.socket], object]


class Canary:
    """A listener on every address of this machine, which nothing may ever reach."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.port: int = listener.getsockname()[1]

    def connections(self) -> int:
        count = 0
        while select.select([self._listener], [], [], 0)[0]:
            self._listener.accept()[0].close()
            count += 1
        return count


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
    with socket.create_server(
        ("", 0), family=family, dualstack_ipv6=family == socket.AF_INET6, backlog=64
    ) as listener:
        yield Canary(listener)


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
    asked = b""
    while b"\r\n\r\n" not in asked:
        more = sock.recv(65536)
        if not more:
            break
        asked += more
    return asked


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

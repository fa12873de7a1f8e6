"""https: the certificate must be valid, trusted and for the name, though the address is connected to."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.util.ssl_ import create_urllib3_context

from lti_tool.core.outbound import OutboundClient, OutboundError, Policy
from lti_tool.core.outbound.connections import trust
from tests.core.conftest import answering, behaving

DAY = dt.timedelta(days=1)
CLIENT = OutboundClient(Policy(standard_port_only=False, public_only=False))
ANSWER = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")


@dataclass
class Authority:
    """A certificate authority of the test's own."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.certificate = self._sign(self.key, "authority", x509.BasicConstraints(ca=True, path_length=0))

    def server(self, *names: str, starts: dt.timedelta = -DAY, ends: dt.timedelta = DAY) -> ssl.SSLContext:
        """What a server with a certificate for these names needs."""
        key = ec.generate_private_key(ec.SECP256R1())
        listed = [
            x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
            for name in names
        ]
        certificate = self._sign(key, names[0], x509.SubjectAlternativeName(listed), starts, ends)
        pem = self.folder / "server.pem"
        pem.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def trusted(self) -> ssl.SSLContext:
        context = create_urllib3_context()
        context.load_verify_locations(
            cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        )
        return context

    def _sign(
        self,
        key: ec.EllipticCurvePrivateKey,
        name: str,
        extension: x509.ExtensionType,
        starts: dt.timedelta = -DAY,
        ends: dt.timedelta = DAY,
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + starts)
            .not_valid_after(now + ends)
            .add_extension(extension, critical=False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority(tmp_path)
    monkeypatch.setattr("lti_tool.core.outbound.connections.trust", made.trusted)
    return made


@pytest.fixture(autouse=True)
def here(names: dict[str, list[list[str]]]) -> None:
    names["lms.example"] = [["127.0.0.1"]]


def wrapping(context: ssl.SSLContext) -> Callable[[socket.socket], ssl.SSLSocket]:
    return lambda plain: context.wrap_socket(plain, server_side=True)


def test_the_name_goes_into_sni_and_host_and_is_what_the_certificate_must_say(authority: Authority) -> None:
    context = authority.server("lms.example")
    shown: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: shown.append(name)
    with behaving(ANSWER, wrap=wrapping(context)) as port:
        assert CLIENT.fetch_json(f"https://LMS.example:{port}/", largest=10) == []
    assert shown == ["lms.example"]


def test_a_certificate_for_an_address(authority: Authority) -> None:
    with behaving(ANSWER, wrap=wrapping(authority.server("127.0.0.1"))) as port:
        assert CLIENT.fetch_json(f"https://127.0.0.1:{port}/", largest=10) == []


@pytest.mark.parametrize(
    ("names_in_it", "options"),
    [
        (["other.example"], {}),
        (["127.0.0.1"], {}),  # where it was connected to is not who was asked
        (["example"], {}),
        (["*.lms.example"], {}),
        (["lms.example"], {"starts": -3 * DAY, "ends": -DAY}),
        (["lms.example"], {"starts": DAY, "ends": 2 * DAY}),
    ],
    ids=["other name", "the address", "parent", "wildcard below", "expired", "not yet"],
)
def test_certificates_that_do_not_hold(
    authority: Authority, names_in_it: list[str], options: dict[str, dt.timedelta]
) -> None:
    context = authority.server(*names_in_it, **options)
    with behaving(ANSWER, wrap=wrapping(context)) as port, pytest.raises(OutboundError, match=r"^tls$"):
        CLIENT.fetch_json(f"https://lms.example:{port}/", largest=10)


def test_an_authority_that_nobody_trusts(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.core.outbound.connections.trust", trust)
    context = authority.server("lms.example")
    with behaving(ANSWER, wrap=wrapping(context)) as port, pytest.raises(OutboundError, match=r"^tls$"):
        CLIENT.fetch_json(f"https://lms.example:{port}/", largest=10)


def test_https_where_there_is_none() -> None:
    def behave(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with behaving(behave) as port, pytest.raises(OutboundError, match=r"^tls$"):
        CLIENT.fetch_json(f"https://lms.example:{port}/", largest=10)


def test_a_handshake_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.core.outbound.client._DEADLINE", 0.5)

    def behave(sock: socket.socket) -> None:
        while sock.recv(65536):
            pass

    with behaving(behave) as port, pytest.raises(OutboundError, match=r"^timeout$"):
        CLIENT.fetch_json(f"https://lms.example:{port}/", largest=10)

"""Addresses that lead into our own network, in every way of writing them: none is ever connected to."""

import socket
import threading
from typing import Any

import pytest
from pydantic import SecretStr

from lti_tool.core.outbound import OutboundClient, OutboundError, Policy, policy_of, read_address
from lti_tool.core.outbound.resolving import is_public
from lti_tool.settings import Settings
from tests.conftest import SECRET
from tests.core.conftest import Canary

PRODUCTION = Policy()
ONLY_PUBLIC = Policy(https_only=False, standard_port_only=False)
"""Everything else allowed, so that the address alone decides."""

# {p} is the port of a listener that counts. Names below .example stand in NAMES.
FORMS = (
    # this machine
    "http://127.0.0.1:{p}/", "https://127.0.0.1:{p}/", "http://127.0.0.2:{p}/", "http://127.255.255.254:{p}/",
    "http://localhost:{p}/", "http://LOCALHOST:{p}/", "http://LocalHost:{p}/", "http://localhost.:{p}/",
    "http://localhost..:{p}/", "http://0.0.0.0:{p}/", "http://0:{p}/", "http://0.0.0.0.:{p}/",
    "http://127.0.0.1.:{p}/", "http://localhost.localdomain:{p}/",
    # numbers
    "http://2130706433:{p}/", "http://0x7f000001:{p}/", "http://0x7F.0.0.1:{p}/", "http://0x7f.1:{p}/",
    "http://017700000001:{p}/", "http://0177.0.0.1:{p}/", "http://0177.0.0.01:{p}/", "http://127.1:{p}/",
    "http://127.0.1:{p}/", "http://127.0.0.01:{p}/", "http://00127.0.0.1:{p}/", "http://127.0.0.1e0:{p}/",
    "http://4294967297:{p}/", "http://6425673729:{p}/", "http://256.256.256.256:{p}/", "http://127.0.0.0x1:{p}/",
    # IPv6
    "http://[::1]:{p}/", "http://[::]:{p}/", "http://[0:0:0:0:0:0:0:1]:{p}/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{p}/", "http://[::ffff:127.0.0.1]:{p}/",
    "http://[::ffff:7f00:1]:{p}/", "http://[::FFFF:7F00:0001]:{p}/", "http://[::127.0.0.1]:{p}/",
    "http://[64:ff9b::127.0.0.1]:{p}/", "http://[64:ff9b::7f00:1]:{p}/", "http://[64:ff9b:1::7f00:1]:{p}/",
    "http://[2002:7f00:1::]:{p}/", "http://[2001:0:7f00:1::]:{p}/", "http://[fe80::1]:{p}/",
    "http://[fe80::1%25lo]:{p}/", "http://[::1%25lo]:{p}/", "http://[fc00::1]:{p}/", "http://[fd00::1]:{p}/",
    "http://[fec0::1]:{p}/", "http://[ff02::1]:{p}/", "http://[2001:db8::1]:{p}/", "http://[::1:{p}/",
    "http://::1:{p}/", "http://[v1.fe]:{p}/", "http://[127.0.0.1]:{p}/", "http://[::1]x:{p}/",
    "http://x[::1]:{p}/",
    # other people's networks, and what clouds tell their machines
    "http://10.0.0.1:{p}/", "http://172.16.0.1:{p}/", "http://172.31.255.255:{p}/", "http://192.168.1.1:{p}/",
    "http://100.64.0.1:{p}/", "http://100.127.255.255:{p}/", "http://169.254.169.254:{p}/latest/meta-data/",
    "http://[::ffff:169.254.169.254]:{p}/", "http://[64:ff9b::a9fe:a9fe]:{p}/", "http://[fd00:ec2::254]:{p}/",
    "http://192.0.0.192:{p}/", "http://100.100.100.200:{p}/", "http://168.63.129.16:{p}/",
    "http://198.18.0.1:{p}/", "http://192.0.2.1:{p}/", "http://224.0.0.1:{p}/", "http://239.255.255.250:{p}/",
    "http://240.0.0.1:{p}/", "http://255.255.255.255:{p}/",
    # names
    "http://private.example:{p}/", "http://mapped.example:{p}/", "http://mixture.example:{p}/",
    "http://nowhere.example:{p}/",
    # a user, or what looks like one
    "http://lms.example@127.0.0.1:{p}/", "http://user:word@127.0.0.1:{p}/", "http://@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}@lms.example/", "http://127.0.0.1:{p}\\@lms.example/", "http://lms.example\\@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}#@lms.example/", "http://lms.example:443@127.0.0.1:{p}/", "http://127.0.0.1%40lms.example:{p}/",
    # letters that other parsers turn into others
    "http://①②⑦.⓪.⓪.①:{p}/", "http://127。0。0。1:{p}/", "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{p}/",
    "http://ⓛocalhost:{p}/",
    "http://127.0.0.1\u200b:{p}/", "http://loc\u00adalhost:{p}/", "http://%6c%6f%63alhost:{p}/",
    "http://127%2e0%2e0%2e1:{p}/", "http://%31%32%37.0.0.1:{p}/", "http://127.0.0.1%00.lms.example:{p}/",
    # white space and slashes
    " http://127.0.0.1:{p}/", "http://127.0.0.1:{p}/ ", "\thttp://127.0.0.1:{p}/", "http://127.0.0.1\t:{p}/",
    "http://127.0.\n0.1:{p}/", "ht\ttp://127.0.0.1:{p}/", "http:\\\\127.0.0.1:{p}\\", "http:/127.0.0.1:{p}/",
    "http:127.0.0.1:{p}/", "http:///127.0.0.1:{p}/", "//127.0.0.1:{p}/", "/127.0.0.1:{p}/", "127.0.0.1:{p}",
    "http://lms.example\r\nHost: 127.0.0.1:{p}/", "http://127.0.0.1:{p}/\x00", "http://,127.0.0.1:{p}/",
    # ports and nothing
    "http://127.0.0.1:0/", "http://127.0.0.1:-1/", "http://127.0.0.1:65536/", "http://127.0.0.1:{p}x/",
    "http://127.0.0.1:٨٠/", "http://127.0.0.1: {p}/", "http://127.0.0.1:{p}:{p}/", "", "http://", "https://:443/",
    # other schemes
    "file:///etc/passwd", "file://127.0.0.1:{p}/etc/passwd", "gopher://127.0.0.1:{p}/_x", "ftp://127.0.0.1:{p}/",
    "dict://127.0.0.1:{p}/", "ldap://127.0.0.1:{p}/", "ws://127.0.0.1:{p}/", "data:application/json,{{}}",
    "jar:http://127.0.0.1:{p}/!/", "url:http://127.0.0.1:{p}/", "unix:/tmp/socket", "javascript:alert(1)",
    "http+unix://%2Ftmp%2Fsocket/", "HTTP\u017f://127.0.0.1:{p}/",
)  # fmt: skip
NAMES = {
    "private.example": ["10.1.2.3"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "mixture.example": ["93.184.215.14", "127.0.0.1"],
    "nowhere.example": [],
}


@pytest.fixture(autouse=True)
def known(names: dict[str, list[list[str]]]) -> None:
    names.update({name: [ips] for name, ips in NAMES.items()})


@pytest.mark.parametrize("policy", [ONLY_PUBLIC, PRODUCTION], ids=["address", "production"])
@pytest.mark.parametrize("form", FORMS)
def test_no_way_of_writing_it_leads_inside(canary: Canary, form: str, policy: Policy) -> None:
    with pytest.raises(OutboundError) as caught:
        OutboundClient(policy).request("GET", form.format(p=canary.port), largest=1000)
    assert canary.connections() == 0
    assert str(canary.port) not in str(caught.value)
    assert "127" not in str(caught.value)


def test_there_are_enough_forms() -> None:
    assert len(set(FORMS)) == len(FORMS) >= 60


def test_the_listener_would_have_counted(canary: Canary) -> None:
    socket.create_connection(("127.0.0.1", canary.port)).close()
    assert canary.connections() == 1


@pytest.mark.parametrize(
    "form", ["http://lms.test/", "https://lms.test:8443/", "https://lms.test:80/", "https://lms.test:22/"]
)
def test_in_production_nothing_but_https_at_its_own_port(form: str) -> None:
    with pytest.raises(OutboundError):
        read_address(form, PRODUCTION)


@pytest.mark.parametrize(
    ("form", "host", "target"),
    [
        ("https://lms.example/jwks?a=b#c", "lms.example", "/jwks?a=b"),
        ("HTTPS://LMS.Example", "lms.example", "/"),
        ("https://lms.example:443/", "lms.example", "/"),
        ("https://my_lms.xn--mnchen-3ya.example/%C3%A4", "my_lms.xn--mnchen-3ya.example", "/%C3%A4"),
        ("https://93.184.215.14/", "93.184.215.14", "/"),
        ("https://[2606:2800::1]/", "2606:2800::1", "/"),
        ("https://[2606:2800::1]:443/", "2606:2800::1", "/"),
    ],
)
def test_ordinary_addresses_are_read(form: str, host: str, target: str) -> None:
    address = read_address(form, PRODUCTION)
    assert (address.scheme, address.host, address.port, address.target) == ("https", host, 443, target)


@pytest.mark.parametrize(
    "ip", ["93.184.215.14", "1.1.1.1", "2606:2800::1", "2a00:1450::1", "64:ff9b::5db8:d70e"]
)
def test_public_addresses_are_public(ip: str) -> None:
    assert is_public(ip)


def test_the_policy_follows_the_settings(database_url: str) -> None:
    def settings(**more: Any) -> Settings:
        return Settings(database_url=database_url, secret_key=SecretStr(SECRET), **more)

    assert policy_of(settings(env="production", base_url="https://segue.test")) == PRODUCTION
    assert policy_of(settings(env="development")) == Policy(
        https_only=False, standard_port_only=False, public_only=False
    )


def test_a_name_that_takes_too_long_to_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait(20) and [])
    monkeypatch.setattr("lti_tool.core.outbound.client._LOOK_UP", 0.2)
    with pytest.raises(OutboundError, match="timeout"):
        OutboundClient(PRODUCTION).request("GET", "https://lms.example/", largest=1000)
    let_go.set()

"""Tokens that nobody should believe, and platforms whose keys can't be had or used."""

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lti_tool.launch.errors import Advice
from tests.contract.launches.rows import Claims, Refused
from tests.launch.platform import LTI, Platform

Keys = Callable[[Platform], None]
DEEP = 10_000


@functools.cache
def _strange_key() -> rsa.RSAPrivateKey:
    """Nobody's who is registered."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _encode(part: object) -> str:
    return _base64(json.dumps(part).encode())


def _base64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _hs256_with_public_pem(platform: Platform, claims: Claims) -> str:
    pem = jwt.PyJWK(platform.lms.key.jwks()["keys"][0]).key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = {"alg": "HS256", "typ": "JWT", "kid": platform.lms.key.kid}
    signed = f"{_encode(head)}.{_encode(claims)}"
    return f"{signed}.{_base64(hmac.new(pem, signed.encode(), hashlib.sha256).digest())}"


def _by_strange_key(**headers: Any) -> Callable[[Platform, Claims], str]:
    return lambda platform, claims: jwt.encode(
        claims, _strange_key(), "RS256", headers={"kid": platform.lms.key.kid, **headers}
    )


def _with_key_in_header(platform: Platform, claims: Claims) -> str:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(_strange_key().public_key(), as_dict=True)
    return _by_strange_key(jwk=jwk)(platform, claims)


def _es256(platform: Platform, claims: Claims) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims, key, "ES256", headers={"kid": platform.lms.key.kid})


def _pointing(header: str) -> Callable[[Platform, Claims], str]:
    """At a key that this platform's own server would hand out: nobody may ask for it."""

    def forge(platform: Platform, claims: Claims) -> str:
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(_strange_key().public_key(), as_dict=True)
        platform.server.put_json("/strange.json", {"keys": [{**jwk, "kid": platform.lms.key.kid}]})
        return _by_strange_key(**{header: f"{platform.server.url}/strange.json"})(platform, claims)

    return forge


def _nested_custom(platform: Platform, claims: Claims) -> str:
    """A claim as deep as no parser of ours goes."""
    body = json.dumps({**claims, LTI + "custom": "DEEP"}).replace('"DEEP"', '{"a":' * DEEP + "1" + "}" * DEEP)
    return _signed_raw(platform, body.encode())


def _padded(part: int) -> Callable[[Platform, Claims], str]:
    """The true token, with what its decoders would have added themselves."""

    def pad(platform: Platform, claims: Claims) -> str:
        parts = platform.lms.sign(claims).split(".")
        parts[part] += "=" * (-len(parts[part]) % 4) or "===="
        return ".".join(parts)

    return pad


def _in_encoding(encoding: str) -> Callable[[Platform, Claims], str]:
    """A true signature of a header in an encoding that no JWT has."""

    def sign(platform: Platform, claims: Claims) -> str:
        head = {"alg": "RS256", "kid": platform.lms.key.kid, "note": "é"}
        written = json.dumps(head, ensure_ascii=False).encode(encoding)
        return _signed_raw(platform, json.dumps(claims).encode(), _base64(written))

    return sign


def _claims_in_utf16(platform: Platform, claims: Claims) -> str:
    return _signed_raw(platform, json.dumps(claims).encode("utf-16"))


def _signed_raw(platform: Platform, payload: bytes, head: str = "") -> str:
    head = head or platform.lms.sign({}).split(".")[0]
    pem = platform.lms.config.data_dir / "lms-signing-key.pem"
    key = serialization.load_pem_private_key(pem.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signed = f"{head}.{_base64(payload)}"
    signature = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(signed.encode(), key)
    return f"{signed}.{_base64(signature)}"


def _swapped_body(platform: Platform, claims: Claims) -> str:
    head, _, signature = platform.lms.sign(claims).split(".")
    return f"{head}.{_encode({**claims, 'sub': 'somebody-else'})}.{signature}"


NO_ALGORITHM = {"alg": "none", "kid": "x"}
BAD, MALFORMED, ALGORITHM = "signature_wrong", "token_malformed", "algorithm_not_allowed"


def _forged(
    name: str, numbers: str, code: str, token: Callable[[Platform, Claims], str], **more: Any
) -> Refused:
    return Refused(name, numbers, code, token=token, **more)


FORGED: tuple[Refused, ...] = (
    _forged("no kid", "1", "kid_missing", lambda p, c: p.lms.sign(c, {"kid": None})),
    _forged("an empty kid", "1", "kid_missing", lambda p, c: p.lms.sign(c, {"kid": ""})),
    _forged("a kid of 256 characters", "1", "kid_missing", lambda p, c: p.lms.sign(c, {"kid": "x" * 256})),
    _forged("unknown kid", "2 S17", "kid_unknown", lambda p, c: p.lms.sign(c, {"kid": "other"})),
    _forged("not a message", "5", "claim_missing", lambda p, _: p.lms.sign({"name": "badltilaunch"}),
            claim="iss"),
    _forged("two parts", "16", MALFORMED, lambda p, c: ".".join(p.lms.sign(c).split(".")[:2])),
    _forged("five parts", "16", MALFORMED, lambda p, c: p.lms.sign(c) + ".a.b"),
    _forged("not base64", "16", MALFORMED, lambda _p, _c: "a.b.c"),
    _forged("three dots", "16", MALFORMED, lambda _p, _c: "..."),
    _forged("letters of another script", "16", MALFORMED, lambda _p, _c: "ä.ö.ü"),
    _forged("padding behind the header", "16", MALFORMED, _padded(0)),
    _forged("padding behind the claims", "16", MALFORMED, _padded(1)),
    _forged("padding behind the signature", "16", MALFORMED, _padded(2)),
    _forged("a line break behind the token", "16", MALFORMED, lambda p, c: p.lms.sign(c) + "\n"),
    _forged("a space in the signature", "16", MALFORMED, lambda p, c: p.lms.sign(c)[:-5] + " AAAAA"),
    _forged("header in UTF-16", "16", MALFORMED, _in_encoding("utf-16-le")),
    _forged("header in UTF-32", "16", MALFORMED, _in_encoding("utf-32")),
    _forged("header with a byte order mark", "16", MALFORMED, _in_encoding("utf-8-sig")),
    _forged("header in Latin-1", "16", MALFORMED, _in_encoding("latin-1")),
    _forged("claims in UTF-16", "16", MALFORMED, _claims_in_utf16),
    _forged("header a list", "16", MALFORMED, lambda _p, c: f"{_encode([])}.{_encode(c)}.x"),
    _forged("header null", "16", MALFORMED, lambda _p, c: f"{_encode(None)}.{_encode(c)}.x"),
    _forged("body a list", "16", MALFORMED, lambda p, _: _signed_raw(p, b"[]")),
    _forged("body null", "16", MALFORMED, lambda p, _: _signed_raw(p, b"null")),
    _forged("body no JSON", "16", MALFORMED, lambda p, _: _signed_raw(p, b"\xff\xfe")),
    _forged("body nested beyond measure", "46 S17", MALFORMED, lambda p, _: _signed_raw(p, b"[" * 20_000)),
    _forged("a claim nested beyond measure", "46 S17", MALFORMED, _nested_custom),
    _forged("signature altered", "17", BAD, lambda p, c: p.lms.sign(c)[:-8] + "AAAAAAAA"),
    _forged("no signature", "17", BAD, lambda p, c: p.lms.sign(c).rpartition(".")[0] + "."),
    _forged("claims altered after signing", "17 S17", BAD, _swapped_body),
    _forged("alg none", "20", ALGORITHM, lambda _, c: f"{_encode(NO_ALGORITHM)}.{_encode(c)}."),
    _forged("no alg", "20", ALGORITHM, lambda _, c: f"{_encode({'kid': 'x'})}.{_encode(c)}."),
    _forged("HS256 with the public key", "21", ALGORITHM, _hs256_with_public_pem),
    _forged("RS512 in the header", "23", ALGORITHM, lambda p, c: p.lms.sign(c, {"alg": "RS512"})),
    _forged("ES256", "S17", ALGORITHM, _es256),
    _forged("another key", "S17", BAD, _by_strange_key()),
    _forged("another key, for a deployment that nobody registered", "S17 58", BAD, _by_strange_key(),
            claims={LTI + "deployment_id": "invented"}, login={"lti_deployment_id": None}),
    _forged("a key in the header", "26 S17", BAD, _with_key_in_header),
    _forged("the address of a key set in the header", "26 S17", BAD, _pointing("jku")),
    _forged("the address of a certificate in the header", "26 S17", BAD, _pointing("x5u")),
    _forged("critical header", "S17", MALFORMED, lambda p, c: p.lms.sign(c, {"crit": ["x"], "x": 1})),
    _forged("more than 64 KB", "S35", MALFORMED, lambda p, c: p.lms.sign({**c, "filler": "x" * 70_000})),
    _forged("empty", "16", "launch_incomplete", lambda _p, _c: "", advice=Advice.AGAIN),
)  # fmt: skip


def _altered_key(**changes: Any) -> Keys:
    return lambda p: p.publish({"keys": [{**p.lms.key.jwks()["keys"][0], **changes}]})


def _other_modulus(bits: int) -> str:
    return _base64(((1 << (bits - 1)) | 1).to_bytes((bits + 7) // 8))


def _unusable(name: str, numbers: str, keys: Keys) -> Refused:
    return Refused(name, numbers, "kid_unknown", keys=keys, mend=lambda p: p.publish())


UNUSABLE_KEYS: tuple[Refused, ...] = (
    _unusable("a symmetric key", "22", _altered_key(kty="oct", k="c2VjcmV0")),
    _unusable("an encryption key", "24", _altered_key(use="enc")),
    _unusable("two keys with one id", "25", lambda p: p.publish({"keys": p.lms.key.jwks()["keys"] * 2})),
    _unusable("another algorithm", "23", _altered_key(alg="RS512")),
    _unusable("a modulus that is none", "S35", _altered_key(n="!!")),
    _unusable("a modulus that is a number", "S35", _altered_key(n=7)),
    _unusable("a key of 1024 bits", "S35", _altered_key(n=_other_modulus(1024))),
    _unusable("a key of 9000 bits", "S35", _altered_key(n=_other_modulus(9000))),
    _unusable("an exponent of one", "S35", _altered_key(e="AQ")),
    _unusable("a key with a NUL", "S35", _altered_key(x5t="a\0b")),
    _unusable("a key with half a character", "S35", _altered_key(x5t="a\ud800")),
    _unusable("a key with what is no number", "S35", _altered_key(x5t=float("nan"))),
    _unusable("no keys", "2", lambda p: p.publish({"keys": []})),
    _unusable("keys that are no objects", "2", lambda p: p.publish({"keys": [1, None, "x"]})),
    _unusable("a kid that is a number", "2", _altered_key(kid=7)),
)


def _answer(status: int, media_type: str, body: bytes) -> Keys:
    def publish(platform: Platform) -> None:
        platform.server.answers[f"{platform.path}/jwks.json"] = (status, media_type, body)

    return publish


def _unreadable(name: str, keys: Keys, numbers: str = "52") -> Refused:
    return Refused(
        name, numbers, "platform_keys_unavailable", advice=Advice.LATER, status=503, keys=keys,
        mend=lambda p: p.publish(),
    )  # fmt: skip


JSON = "application/json"
UNREADABLE_KEYS: tuple[Refused, ...] = (
    _unreadable("an error", _answer(500, "text/plain", b"")),
    _unreadable("nothing there", _answer(404, "text/html", b"<h1>Not found</h1>")),
    _unreadable("a page", _answer(200, "text/html", b"<html>")),
    _unreadable("a list", _answer(200, JSON, b"[]")),
    _unreadable("keys a word", _answer(200, JSON, b'{"keys": "x"}')),
    _unreadable("no keys member", _answer(200, JSON, b"{}")),
    _unreadable("ten megabytes", _answer(200, JSON, b" " * 10_000_000)),
    _unreadable("more than 256 KB", _answer(200, JSON, b'{"keys": []}' + b" " * 262_144), "52 S35"),
    _unreadable("51 keys", lambda p: p.publish({"keys": p.lms.key.jwks()["keys"] * 51}), "S35"),
    _unreadable("a redirect into the network", _answer(302, "text/plain", b"http://127.0.0.1:1/"), "52 S44"),
    _unreadable("nested beyond measure", _answer(200, JSON, b"[" * 100_000)),
)
TOKENS = FORGED + UNUSABLE_KEYS + UNREADABLE_KEYS

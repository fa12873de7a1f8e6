"""Tool and LMS on different sites, over https, as in the world; browsers that keep more or less in frames.

The names are made up, and Chromium is told that they are this machine.
"""

import datetime as dt
import json
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

from lti_tool.app import create_app
from lti_tool.core.db import make_engine, make_sessions, settings_of, unit_of_work
from lti_tool.demo.lms import LmsConfig, create_lms
from lti_tool.demo.lms.files import write_private
from lti_tool.demo.lms.tool_keys import ToolKeys
from lti_tool.installation import install
from lti_tool.platforms.service import add_platform
from lti_tool.platforms.tool_keys import public_key_set
from lti_tool.settings import Settings
from tests.servers import Counterpart, free_port, serving

TOOL, *LMSS = "segue.example", "lms.test", "keeping.test", "framing.test"
LMS, KEEPING, FRAMING = LMSS
_ARGUMENTS = [
    "--host-resolver-rules=" + ",".join(f"MAP {name} 127.0.0.1" for name in (TOOL, *LMSS)),
    # In place of the driver's own list, which turns off that frames have storage of their own (as they do).
    # And a frame stays in its page's process: when it goes to and fro between two, as in a launch, the driver
    # now and then loses it, and it stands still for ever. Cookies and storage go by site all the same.
    "--disable-features=Translate,IsolateOrigins,site-per-process",
    "--disable-site-isolation-trials",
]
NO_CHIPS = "NoPartitionedCookies"
"""In the name of a browser that does not know the attribute Partitioned: Safari 18.5 to 26.1, say."""


@dataclass(frozen=True)
class Platform:
    """An LMS with the tool in it."""

    lms_url: str


@dataclass(frozen=True)
class Sites:
    """The tool and three LMSs: one that offers no storage, and two that do."""

    tool_url: str
    lms: Platform
    keeping: Platform
    """Its page keeps things."""
    framing: Platform
    """A frame in its page does."""
    engine: Engine
    asked: list[tuple[str, str | None]]
    """The path and the Cookie header of each request for a launch's page, as the tool got it."""
    key_digest: str
    """Of the certificate's key, for browsers to trust."""

    @property
    def browser_arguments(self) -> list[str]:
        # Trusted, rather than errors ignored: with those a browser caches nothing, and saves no file.
        return [*_ARGUMENTS, f"--ignore-certificate-errors-spki-list={self.key_digest}"]

    def cookies_of(self, launch_id: str) -> list[str | None]:
        return [cookie for path, cookie in self.asked if launch_id in path]

    def run(self, sql: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def count(self, sql: str, **values: object) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(text(sql), values) or 0)


class Watched:
    """The tool, with an eye on what the browser sends; and older browsers get what they would understand."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.seen: list[tuple[str, str | None]] = []
        self.of_old_browsers: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        if path.startswith("/l/"):
            self.seen.append((path, environ.get("HTTP_COOKIE")))
        old = NO_CHIPS in environ.get("HTTP_USER_AGENT", "")
        if path.startswith("/l/"):
            # What a page sends as it goes comes with the browser's own name, not with the one it was given.
            launch = path.split("/")[2]
            if old:
                self.of_old_browsers.add(launch)
            old = launch in self.of_old_browsers

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if old:
                headers = [(name, re.sub("; Partitioned", "", value)) for name, value in headers]
            return start_response(status, headers, *more)

        return self.application(environ, start)


@contextmanager
def running_sites(database_url: str, folder: Path, lms_pem: bytes) -> Iterator[Sites]:
    """Tool and LMSs on their own names, each with the port that it got."""
    context, key_digest = certificate(folder, TOOL, *LMSS)
    port = free_port()
    settings = Settings(
        # The LMSs are on this machine too, which outgoing requests may not go to in production.
        env="development",
        base_url=f"https://{TOOL}:{port}",
        database_url=database_url,
        secret_key=SecretStr("s" * 40),
        media_url=(folder / "media").as_uri(),
    )
    engine = make_engine(database_url)
    sessions = make_sessions(engine, settings)
    install(engine, sessions)
    watched = Watched(create_app(settings, engine=engine))
    with ExitStack() as stack:
        stack.enter_context(serving(watched, port=port, ssl_context=context))
        plain, keeping, framing = (
            stack.enter_context(_running_lms(name, sessions, folder, lms_pem, context)) for name in LMSS
        )
        yield Sites(settings.base_url, plain, keeping, framing, engine, watched.seen, key_digest)
    engine.dispose()


@contextmanager
def _running_lms(
    name: str, sessions: sessionmaker[Session], folder: Path, lms_pem: bytes, context: ssl.SSLContext
) -> Iterator[Platform]:
    port, settings = free_port(), settings_of(sessions())
    config = LmsConfig(
        issuer=f"https://{name}:{port}",
        tool_url=settings.base_url,
        data_dir=folder / name,
        client_id="segue",
        deployment_id="1",
        offers_storage=name != LMS,
        storage_target="lti_storage_frame" if name == FRAMING else "_parent",
    )
    write_private(config.data_dir / "lms-signing-key.pem", lms_pem)
    lms = create_lms(config)
    tool_keys = Counterpart()
    # Neither trusts a certificate of a test's own, so each reads the other's keys without one.
    with (
        serving(lms, port=port, ssl_context=context),
        serving(lms) as plain_url,
        serving(tool_keys) as tool_keys_url,
    ):
        lms.extensions["lms"].tool_keys = ToolKeys(f"{tool_keys_url}/jwks.json")
        with unit_of_work(sessions) as session:
            key_set = json.dumps(public_key_set(session))
            tool_keys.answer = lambda _request: Response(key_set, mimetype="application/json")
            add_platform(
                session,
                issuer=config.issuer,
                client_id=config.client_id,
                auth_login_url=config.auth_url,
                auth_token_url=config.token_url,
                jwks_url=f"{plain_url}/jwks.json",
                deployment_ids=[config.deployment_id],
            )
        yield Platform(config.issuer)


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, str]:
    """What servers of these names need, and the digest of the key as browsers are told it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(it) for it in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "sites.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return context, b64encode(sha256(public).digest()).decode()


def profile(folder: Path, *, cookies: str) -> Path:
    """A browser's profile: cookies `allowed` everywhere, or all storage `closed` to the tool in frames."""
    kinds: dict[str, dict[str, Any]] = {
        "allowed": {"block_third_party_cookies": False, "cookie_controls_mode": 0},
        "closed": {
            "content_settings": {
                "exceptions": {
                    "cookies": {f"https://{TOOL}:*,https://{name}:*": {"setting": 2} for name in LMSS}
                }
            }
        },
    }
    (folder / "Default").mkdir(parents=True)
    (folder / "Default/Preferences").write_text(json.dumps({"profile": kinds[cookies]}), encoding="utf-8")
    return folder

"""Requests to start a launch that must not be answered with a way to the platform."""

from sqlalchemy import update

from lti_tool.core.db import unit_of_work
from lti_tool.launch.errors import Advice
from lti_tool.platforms.models import Registration
from lti_tool.platforms.service import add_platform, set_active, switch_registration
from tests.contract.launches.rows import Refused
from tests.launch.platform import TOOL, Platform


def disable(platform: Platform) -> None:
    _switch(platform, active=False)


def enable(platform: Platform) -> None:
    _switch(platform, active=True)


def _switch(platform: Platform, *, active: bool) -> None:
    config = platform.lms.config
    with unit_of_work(platform.sessions) as session:
        set_active(session, issuer=config.issuer, client_id=config.client_id, active=active)


def make_pending(platform: Platform) -> None:
    """As it is after dynamic registration, before an administrator has approved it."""
    with unit_of_work(platform.sessions) as session:
        waiting = update(Registration).filter_by(id=platform.registration_id)
        session.execute(waiting.values(active=False, approved_at=None))


def approve(platform: Platform) -> None:
    with unit_of_work(platform.sessions) as session:
        switch_registration(session, registration_id=platform.registration_id, active=True)


def add_client(platform: Platform) -> None:
    """A second registration at the same issuer, with the same keys and a deployment of its own."""
    config = platform.lms.config
    with unit_of_work(platform.sessions) as session:
        add_platform(
            session,
            issuer=config.issuer,
            client_id="second",
            auth_login_url=config.auth_url,
            auth_token_url=config.token_url,
            jwks_url=config.jwks_url,
            deployment_ids=["deployment-2"],
        )


def _target(name: str, target: str, numbers: str = "56 S37") -> Refused:
    return Refused(name, numbers, "target_not_ours", login={"target_link_uri": target})


MALFORMED = "login_parameter_malformed"
LOGINS: tuple[Refused, ...] = (
    Refused("no issuer", "55", "login_without_iss", login={"iss": None}),
    Refused("an empty issuer", "55", "login_without_iss", login={"iss": ""}),
    Refused("no login hint", "55", "login_without_login_hint", login={"login_hint": None}),
    Refused("no target", "55", "login_without_target_link_uri", login={"target_link_uri": None}),
    Refused("unknown issuer", "19 55 S36", "registration_unknown", login={"iss": "https://evil.test"}),
    Refused("issuer of other letters", "55 S36", "registration_unknown", login={"iss": "HTTP://127.0.0.1/"}),
    Refused("unknown client", "19 40 S36", "registration_unknown", login={"client_id": "other"}),
    Refused("two clients and no client id", "55 S36", "client_id_needed", login={"client_id": None},
            before=add_client),
    Refused("a disabled registration", "57", "registration_inactive", before=disable, mend=enable),
    Refused("a registration that waits for approval", "57", "registration_pending",
            advice=Advice.APPROVAL, before=make_pending, mend=approve),
    _target("target elsewhere", "https://evil.test/"),
    _target("target at another port", "http://127.0.0.1:9000/"),
    _target("target by another scheme", "https://127.0.0.1:8000/"),
    _target("target without scheme", "//127.0.0.1:8000/"),
    _target("target a path", "/lti/launch"),
    _target("target with a user", "http://127.0.0.1:8000@evil.test/"),
    _target("target with another user", "http://evil@127.0.0.1:8000/"),
    _target("target with backslashes", "http://127.0.0.1:8000\\@evil.test/"),
    _target("target a script", "javascript:alert(1)"),
    _target("target of a longer host", f"{TOOL}.evil.test/"),
    _target("target that can't be read", "http://[::1"),
    _target("target with line breaks", f"{TOOL}/\r\nLocation: https://evil.test/"),
    _target("target with a tab in its host", "http://127.0.0.1\t:8000/"),
    Refused("target with a NUL", "S37", MALFORMED, login={"target_link_uri": f"{TOOL}/\0"}),
    Refused("a hint with a NUL", "55", MALFORMED, login={"login_hint": "a\0b"}),
    Refused("a long hint", "55", MALFORMED, login={"lti_message_hint": "x" * 5000}),
    Refused("a long issuer", "55", MALFORMED, login={"iss": "https://" + "x" * 5000}),
    Refused("a long storage target", "55", MALFORMED, login={"lti_storage_target": "x" * 5000}),
)  # fmt: skip

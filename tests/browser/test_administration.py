"""Administrators, here and at the platform: signing in, the page, and registering a platform."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import text, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Request, Response

from lti_tool.core.db import unit_of_work
from lti_tool.platforms.health import note_error, note_launch
from lti_tool.platforms.invitations import make_invitation
from lti_tool.platforms.models import Registration, RegistrationUpdate
from lti_tool.platforms.service import add_platform, keep_pending_deployment, set_active
from lti_tool.platforms.tool_keys import ensure_tool_keys, rotate_tool_keys
from lti_tool.statements.models import StatementRow, StatementState
from tests.admin.administrators import new_code
from tests.browser.conftest import NewContext
from tests.browser.test_pages import ARABIC, LONG_WORD, look_at
from tests.factories.entrances import enter, make_tenant
from tests.platforms.registrant import Registrant, as_json
from tests.servers import serving
from tests.statements.sending import record, record_parked, use_store

pytestmark = pytest.mark.browser
Sessions = sessionmaker[Session]
CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings.accept_types"


@dataclass(frozen=True)
class Office:
    """The tool over HTTP, and a page of somebody's browser."""

    url: str
    sessions: Sessions
    page: Page

    def link(self) -> str:
        return f"{self.url}/admin/sign-in#{new_code(self.sessions)}"

    def sign_in(self) -> None:
        self.page.goto(self.link())
        # The page takes the code, and stands at the button, a moment later where it was open already.
        expect(self.page.get_by_role("button", name="Sign in")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Platforms")


@pytest.fixture
def open_office(app: Flask, sessions: Sessions, new_context: NewContext) -> Iterator[Callable[..., Office]]:
    """`open_office(**options of the browser)`."""
    with ExitStack() as opened:
        yield lambda **options: Office(
            opened.enter_context(serving(app)), sessions, new_context(**options).new_page()
        )


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    return open_office()


def update_waits(session: Session, registration: Registration) -> None:
    """It registered again: with another name, keys on another host, and a deployment that is new."""
    session.add(
        RegistrationUpdate(
            registration_id=registration.id,
            auth_login_url=f"{registration.issuer}/{LONG_WORD}",
            auth_token_url=registration.auth_token_url,
            auth_audience=None,
            jwks_url="https://keys.example/jwks",
            scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"],
            label=f"Riverside {LONG_WORD}",
            deployment_id=f"new-{LONG_WORD}",
        )
    )


def furnish(sessions: Sessions) -> None:
    """Platforms in every state, with names that are long, and right to left."""
    with unit_of_work(sessions) as session:
        for name, label, approved in (
            ("pending", f"{LONG_WORD} {ARABIC}", False),
            ("busy", "Riverside College", True),
            ("quiet", None, True),
        ):
            issuer = f"https://{name}.{'a-long-name-of-a-faculty.' * 3}example"
            one = add_platform(
                session,
                issuer=issuer,
                client_id=f"10000000000{LONG_WORD}" if name == "pending" else "segue",
                auth_login_url=f"{issuer}/auth",
                auth_token_url=f"{issuer}/token",
                jwks_url=f"{issuer}/jwks",
                deployment_ids=["1", "8865:" + "aa66" * 10],
                label=label,
                scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/score", "unknown"],
                approved=approved,
            )
            if name == "busy":
                note_launch(session, registration_id=one.id)
                note_error(
                    session,
                    registration_id=one.id,
                    code="message_invalid",
                    claim=CLAIM,
                    rule="links_not_accepted",
                )
                keep_pending_deployment(session, registration_id=one.id, deployment_id=LONG_WORD)
                keep_pending_deployment(session, registration_id=one.id, deployment_id="campus-2")
                update_waits(session, one)
            if name == "quiet":
                set_active(session, issuer=issuer, client_id="segue", active=False)
        ensure_tool_keys(session)
        rotate_tool_keys(session)
        for label in (ARABIC, LONG_WORD):
            make_invitation(session, label=label, issuer="https://lms.example", life=timedelta(days=7))


def test_an_administrator_signs_in_decides_and_signs_out_by_keyboard(office: Office) -> None:
    furnish(office.sessions)
    page, link = office.page, office.link()
    page.goto(link)
    assert page.url == f"{office.url}/admin/sign-in"  # its code is gone from the address
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Platforms")
    waiting = page.get_by_role("article").filter(has_text=ARABIC)
    expect(waiting.get_by_text("Waiting for approval")).to_be_visible()
    waiting.get_by_role("button", name=f"Approve: {LONG_WORD}").press("Enter")
    expect(waiting.get_by_text("Active")).to_be_visible()
    expect(waiting).to_be_in_viewport()  # the page comes back at what was changed
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This code is not valid.")
    # It works again from here.
    page.get_by_label("Sign-in code").fill(office.link())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Platforms")


def test_without_scripts_the_code_is_pasted(open_office: Callable[..., Office]) -> None:
    office = open_office(java_script_enabled=False)
    page, link = office.page, office.link()
    page.goto(f"{office.url}/admin")
    page.get_by_label("Sign-in code").fill(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Platforms")


def test_the_pages_of_administrators_are_there_for_everybody(office: Office) -> None:
    page = office.page
    page.goto(f"{office.url}/admin")
    look_at(page, "admin-signed-out")
    page.get_by_label("Sign-in code").fill("used")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page, "admin-sign-in-refused")
    office.sign_in()
    look_at(page, "admin-empty")
    furnish(office.sessions)
    page.reload()
    look_at(page, "admin")
    page.evaluate("document.documentElement.dir = 'rtl'")
    look_at(page, "admin-rtl")


def furnish_statements(sessions: Sessions) -> None:
    """Some of one platform wait, some of another are parked, and one store is left alone."""
    with unit_of_work(sessions) as session:
        long = f"https://{'a-long-name-of-a-faculty.' * 3}example"
        ana = enter(session, make_tenant(session, issuer=long))[0]
        tom = enter(session, make_tenant(session, issuer="https://lms.example"))[0]
        enter(session, make_tenant(session, issuer="https://quiet.example"))
        store = "https://lrs.example/a/long/path/to/its/endpoint/xapi"
        use_store(session, ana, store)
        for name, until in (
            (f"{store} own 1.0.3", "now() + interval '5 min'"),
            ("https://b.example b 1", "null"),
        ):
            session.execute(
                text(
                    "insert into circuit_breaker (store, failures, since, until, reason)"
                    f" values (:store, 4, now(), {until}, :reason)"
                ),
                {"store": name, "reason": f"answered 401: {LONG_WORD}"},
            )
    record(sessions, ana, 3)
    record_parked(sessions, tom, 60)
    with unit_of_work(sessions) as session:
        tried = update(StatementRow).where(StatementRow.state == StatementState.PENDING)
        session.execute(tried.values(attempts=2, last_error=f"answered 503: {LONG_WORD}"))


def test_what_was_parked_is_sent_again_by_keyboard(office: Office) -> None:
    furnish_statements(office.sessions)
    office.sign_in()
    page = office.page
    page.get_by_role("link", name="Statements").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Statements")
    look_at(page, "admin-statements")
    page.evaluate("document.documentElement.dir = 'rtl'")
    look_at(page, "admin-statements-rtl")
    platform = page.get_by_role("article").filter(has_text="60 parked")
    page.get_by_role("button", name="Send again").first.press("Enter")
    expect(page.get_by_role("article").filter(has_text="59 parked")).to_be_visible()
    page.get_by_role("link", name="Older statements").press("Enter")
    expect(page.get_by_role("button", name="Send again")).to_have_count(9)
    page.get_by_role("button", name="Resend all parked").press("Enter")
    expect(page.get_by_text("None.")).to_be_visible()
    expect(platform).to_have_count(0)


CONSOLE = """<!DOCTYPE html><html lang="en"><title>Course system</title><ul id="said"></ul>
<iframe title="Tool" src="{}" width="360" height="700"></iframe>
<script>
  addEventListener("message", (event) => {{
    const line = document.createElement("li");
    line.textContent = event.origin + " " + JSON.stringify(event.data);
    document.getElementById("said").append(line);
  }});
</script></html>"""


def test_a_platform_is_registered_in_its_own_frame(office: Office, registrant: Registrant) -> None:
    page, go_on = office.page, threading.Event()
    link = f"{office.url}/lti/register?{urlencode(registrant.fields(registrant.invitation(office.sessions)))}"

    def answer(request: Request) -> Response:
        if request.path == "/console":
            return Response(CONSOLE.format(link.replace("&", "&amp;")), mimetype="text/html")
        if request.path == "/favicon.ico":
            return Response(status=204)
        assert go_on.wait(10)
        return as_json(registrant.described())(request)

    registrant.describes = answer
    page.goto(link)
    look_at(page, "register")
    page.goto(f"{registrant.url}/console")
    frame = page.frame_locator("iframe")
    connect = frame.get_by_role("button", name="Connect")
    # A double click is one registration.
    connect.evaluate("button => { button.click(); button.click(); }")
    go_on.set()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Connected, waiting for approval")
    assert registrant.asked.count("POST /register") == 1
    expect(page.locator("#said li")).to_have_count(0)
    frame.get_by_role("button", name="Close").press("Enter")
    expect(page.locator("#said li")).to_have_text([f'{office.url} {{"subject":"org.imsglobal.lti.close"}}'])


def test_the_pages_of_a_registration_are_there_for_everybody(office: Office, registrant: Registrant) -> None:
    page = office.page
    fields = registrant.fields(registrant.invitation(office.sessions))
    page.goto(f"{office.url}/lti/register?{urlencode(fields)}")
    registrant.describes = lambda _request: Response("<p>no</p>", 500)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    look_at(page, "register-refused")
    registrant.describes = None
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connected, waiting for approval")
    look_at(page, "registered")
    # Registered once more, as by "Update": nothing new, and then something.
    for changed, title in (
        ({}, "Already connected"),
        ({"jwks_uri": f"{registrant.url}/new"}, "The update waits"),
    ):
        registrant.configuration = changed
        fields = registrant.fields(registrant.invitation(office.sessions))
        page.goto(f"{office.url}/lti/register?{urlencode(fields)}")
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        look_at(page, f"registered-{'again' if changed else 'already'}")

"""The administrator's page: what it shows, and what its buttons do."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from lti_tool.core import clock
from lti_tool.core.actor import ActorMode, Naming
from lti_tool.core.db import unit_of_work
from lti_tool.launch.errors import Rule
from lti_tool.platforms.health import note_error, note_launch
from lti_tool.platforms.invitations import make_invitation
from lti_tool.platforms.models import (
    NEVER_FETCHED,
    Deployment,
    Invitation,
    PlatformKeySet,
    Registration,
    RegistrationState,
)
from lti_tool.platforms.service import add_platform, keep_pending_deployment, set_naming
from lti_tool.platforms.tool_keys import ensure_tool_keys, rotate_tool_keys
from tests.admin.administrators import TOOL, AdministratorVisit
from tests.conftest import QueryCounter
from tests.contract.conftest import everything
from tests.contract.launches.refused_claims import CLAIMS
from tests.contract.launches.refused_messages import MESSAGES
from tests.contract.launches.refused_tokens import TOKENS
from tests.factories.entrances import Course

Sessions = sessionmaker[Session]
BEFORE_IT_IS_KNOWN = {"launch_incomplete"}
"""Codes of launches that are refused before anybody knows whose they are."""


def add(sessions: Sessions, number: int, *, approved: bool = True, label: str | None = None) -> UUID:
    issuer = f"https://lms-{number}.example"
    with unit_of_work(sessions) as session:
        registration = add_platform(
            session,
            issuer=issuer,
            client_id="segue",
            auth_login_url=f"{issuer}/auth",
            auth_token_url=f"{issuer}/token",
            jwks_url=f"{issuer}/jwks",
            deployment_ids=["1"],
            label=label,
            scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            approved=approved,
        )
        return registration.id


def state(session: Session, registration_id: UUID) -> RegistrationState:
    session.rollback()
    session.expire_all()
    return session.get_one(Registration, registration_id).state


def test_with_nothing_there_it_says_how_to_begin(administrator: AdministratorVisit) -> None:
    page = administrator.page().text
    assert "No platform is connected yet" in page
    assert "segue platform invite" in page
    assert "segue platform add" in page


def test_it_shows_what_is_there(administrator: AdministratorVisit, sessions: Sessions) -> None:
    one = add(sessions, 1, label="Riverside College")
    two = add(sessions, 2, approved=False)
    with unit_of_work(sessions) as session:
        ensure_tool_keys(session)
        rotate_tool_keys(session)
        make_invitation(session, label="Hillside", issuer="https://hill.example", life=timedelta(days=7))
        make_invitation(session, label="Too late", issuer=None, life=timedelta(days=-1))
        note_launch(session, registration_id=one)
        note_error(session, registration_id=one, code="signature_wrong")
        note_error(session, registration_id=two, code="a_new_code")
        keep_pending_deployment(session, registration_id=one, deployment_id="campus-2")
        session.add(PlatformKeySet(registration_id=one, key_set={"keys": []}, fetched_at=NEVER_FETCHED))
    page = administrator.page().text
    for words in (
        "Riverside College",
        "https://lms-1.example",
        "lms-2.example",
        "Waiting for approval",
        "campus-2",
        "Approve deployment",
        "write results",
        "The platform's signature is not valid.",
        "signature_wrong",
        "A launch was refused.",
        "a_new_code",
        "Hillside",
        "https://hill.example",
        "Signing now",
        "Signing next",
        "Retired",
        "Published until",
    ):
        assert words in page, words
    assert "Too late" not in page
    assert page.count("Not fetched yet") == 2  # one was asked, in vain
    assert page.index("lms-2.example") < page.index("Riverside College")  # what waits comes first


def test_it_names_the_claim_that_a_launch_was_refused_for(
    administrator: AdministratorVisit, sessions: Sessions
) -> None:
    one = add(sessions, 1)
    with unit_of_work(sessions) as session:
        note_error(session, registration_id=one, code="claims_invalid", claim="sub", rule=Rule.TOO_LONG)
    page = administrator.page().text
    for words in (
        "The launch contains something that LTI does not allow.",
        ">sub<",
        "The claim is too long.",
    ):
        assert words in page, words


def test_every_refusal_of_a_known_platform_and_every_rule_has_its_words(app: Flask) -> None:
    with app.test_request_context():
        words = app.jinja_env.get_template("admin/_words.html").make_module({})
    assert set(words.rules) == set(Rule)  # type: ignore[attr-defined]  # of the template
    refused = {row.code for row in CLAIMS + MESSAGES + TOKENS if row.code} - BEFORE_IT_IS_KNOWN
    assert refused <= set(words.errors)  # type: ignore[attr-defined]  # of the template


def test_it_says_what_the_record_tells_of_people(
    administrator: AdministratorVisit, sessions: Sessions
) -> None:
    one = add(sessions, 1)
    assert "The platform's ids" in administrator.page().text
    for naming, told in (
        (
            Naming(home_page="https://records.example"),
            'ids, with the home page <bdi dir="ltr">https://records.example</bdi>',
        ),
        (Naming(ActorMode.PSEUDONYM, sends_text=True), "Pseudonyms"),
    ):
        with unit_of_work(sessions) as session:
            set_naming(session, registration_id=one, naming=naming)
        page = administrator.page().text
        assert told in page
        assert ("Statements include the text of posts." in page) == naming.sends_text


def test_the_number_of_queries_does_not_grow(
    administrator: AdministratorVisit, sessions: Sessions, count_queries: QueryCounter
) -> None:
    def queries() -> int:
        with count_queries() as seen:
            assert administrator.page().status_code == 200
        return len(seen)

    add(sessions, 0)
    few = queries()
    for number in range(1, 8):
        added = add(sessions, number, approved=bool(number % 2))
        with unit_of_work(sessions) as session:
            note_launch(session, registration_id=added)
            for deployment in range(3):
                keep_pending_deployment(session, registration_id=added, deployment_id=f"d{deployment}")
            make_invitation(session, label=None, issuer=None, life=timedelta(days=7))
    assert queries() == few == 5


def test_long_lists_end_somewhere(administrator: AdministratorVisit, sessions: Sessions) -> None:
    one = add(sessions, 0, label="The oldest of all")
    with unit_of_work(sessions) as session:
        session.add_all(
            Deployment(registration_id=one, deployment_id=f"campus-{number}") for number in range(30)
        )
    assert "and 11 more" in administrator.page().text
    with unit_of_work(sessions) as session:
        session.add_all(
            Registration(
                issuer=f"https://many-{number}.example",
                client_id="c",
                auth_login_url="https://x.example",
                auth_token_url="https://x.example",
                jwks_url="https://x.example",
            )
            for number in range(100)
        )
    page = administrator.page().text
    assert page.count("<article") == 100
    assert "The oldest of all" not in page
    assert "segue platform list" in page


def test_approving_disabling_and_enabling(
    administrator: AdministratorVisit, sessions: Sessions, session: Session
) -> None:
    one = add(sessions, 1, approved=False)
    with capture_logs() as logs:
        for act, after in (
            ("enable", RegistrationState.ACTIVE),
            ("disable", RegistrationState.DISABLED),
            ("disable", RegistrationState.DISABLED),
            ("enable", RegistrationState.ACTIVE),
        ):
            done = administrator.press(f"/registrations/{one}/{act}")
            assert (done.status_code, done.location) == (303, f"/admin#registration-{one}")
            assert state(session, one) is after
    acts = [(entry["event"], entry["subject"]) for entry in logs]
    assert acts == [
        ("registration_enabled", str(one)),
        ("registration_disabled", str(one)),
        ("registration_disabled", str(one)),
        ("registration_enabled", str(one)),
    ]
    assert len({entry["by"] for entry in logs}) == 1


def test_one_that_is_pending_is_not_disabled(
    administrator: AdministratorVisit, sessions: Sessions, session: Session
) -> None:
    one = add(sessions, 1, approved=False)
    assert administrator.press(f"/registrations/{one}/disable").status_code == 409
    assert state(session, one) is RegistrationState.PENDING


def test_disabling_ends_the_sessions_at_once(administrator: AdministratorVisit, course: Course) -> None:
    ana = course.visitor()
    assert ana.get("/threads").status_code == 200
    administrator.press(f"/registrations/{course.tenant.registration_id}/disable")
    assert ana.get("/threads").status_code == 401


def test_approving_a_deployment(
    administrator: AdministratorVisit, sessions: Sessions, session: Session
) -> None:
    one = add(sessions, 1)
    with unit_of_work(sessions) as writing:
        keep_pending_deployment(writing, registration_id=one, deployment_id="campus-2")
    waiting = session.scalars(select(Deployment).filter_by(deployment_id="campus-2")).one()
    with capture_logs() as logs:
        done = administrator.press(f"/deployments/{waiting.id}/approve")
    assert (done.status_code, done.location) == (303, f"/admin#registration-{one}")
    assert [entry["event"] for entry in logs] == ["deployment_approved"]
    session.rollback()
    session.refresh(waiting)
    assert waiting.approved_at
    assert "Approve deployment" not in administrator.page().text


def test_revoking_an_invitation(
    administrator: AdministratorVisit, sessions: Sessions, session: Session
) -> None:
    with unit_of_work(sessions) as writing:
        make_invitation(writing, label="Hillside", issuer=None, life=timedelta(days=7))
    invitation = session.scalars(select(Invitation.id)).one()
    session.rollback()
    with capture_logs() as logs:
        assert administrator.press(f"/invitations/{invitation}/revoke").status_code == 303
    assert [entry["event"] for entry in logs] == ["invitation_revoked"]
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    assert administrator.press(f"/invitations/{invitation}/revoke").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/registrations/{}/enable",
        "/registrations/{}/disable",
        "/deployments/{}/approve",
        "/invitations/{}/revoke",
    ],
)
def test_what_nobody_has(administrator: AdministratorVisit, engine: Engine, address: str) -> None:
    before = everything(engine)
    assert administrator.press(address.format(uuid4())).status_code == 404
    assert administrator.press(address.format("1")).status_code == 404
    assert everything(engine) == before


def test_forged_buttons_do_nothing(
    app: Flask, administrator: AdministratorVisit, sessions: Sessions, engine: Engine, course: Course
) -> None:
    """Without the token, with another session's, and with one of a course."""
    one = course.tenant.registration_id
    other = AdministratorVisit.signed_in(app, sessions)
    ana = course.visitor()
    tokens = ["", "x", other.token(), ana.form("/threads/new")["csrf_token"]]
    before = everything(engine)
    for token in tokens:
        for address in (f"/registrations/{one}/disable", "/sign-out"):
            forged = administrator.client.post(f"/admin{address}", data={"csrf_token": token}, base_url=TOOL)
            assert forged.status_code == 403
    assert everything(engine) == before


def test_looking_changes_nothing(
    administrator: AdministratorVisit, sessions: Sessions, engine: Engine
) -> None:
    one = add(sessions, 1)
    with unit_of_work(sessions) as session:
        session.execute(update(Registration).values(created_at=clock.now()))
    before = everything(engine)
    administrator.page()
    for address in (f"/registrations/{one}/disable", "/sign-out"):
        assert administrator.client.get(f"/admin{address}", base_url=TOOL).status_code == 405
    assert everything(engine) == before


def test_names_are_escaped(administrator: AdministratorVisit, sessions: Sessions) -> None:
    add(sessions, 1, label="<script>alert(1)</script>")
    with unit_of_work(sessions) as session:
        one = session.scalars(select(Registration.id)).one()
        keep_pending_deployment(session, registration_id=one, deployment_id='"><img src=x onerror=alert(1)>')
    page = administrator.page().text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&gt;&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<script>alert" not in page
    assert "<img" not in page

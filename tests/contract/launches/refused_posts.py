"""True tokens that come in a wrong way: to another state, from another browser, twice, too late."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import update
from werkzeug.test import TestResponse

from lti_tool.core.db import unit_of_work
from lti_tool.core.secrets import digest
from lti_tool.launch.errors import Advice
from lti_tool.launch.models import LaunchAttempt, LaunchPending
from lti_tool.platforms.service import add_platform
from tests.contract.launches.refused_logins import add_client, approve, disable, enable, make_pending
from tests.contract.launches.rows import Refused
from tests.contract.launches.scene import Scene
from tests.launch.platform import GONE, LTI, TOOL, Platform

Act = Callable[[Scene], TestResponse]
AGAIN, APPROVAL = Advice.AGAIN, Advice.APPROVAL


def _meet_another(scene: Scene) -> None:
    """Another login at the same platform."""
    scene.other = Scene(scene.platform, "activity", cookie=True, login={})


def _others(scene: Scene) -> Scene:
    assert scene.other
    return scene.other


def _set_cookie(scene: Scene, value: str) -> None:
    """In place of what this login left."""
    name = f"segue_login_{''.join(filter(str.isalnum, scene.state[:8]))}"
    scene.browser.set_cookie(name, value, domain="127.0.0.1")


def _with_anothers_cookie(scene: Scene) -> None:
    _meet_another(scene)
    _set_cookie(scene, _others(scene).secret)


def _expire_attempt(scene: Scene) -> None:
    with unit_of_work(scene.platform.sessions) as session:
        mine = update(LaunchAttempt).filter_by(state_digest=digest(scene.state))
        session.execute(mine.values(expires_at=LaunchAttempt.created_at))


def _arrive_first(scene: Scene) -> None:
    assert scene.arrive().status_code == 200
    scene.page = None


def _arrive_first_and_keep_cookie(scene: Scene) -> None:
    _arrive_first(scene)
    _set_cookie(scene, scene.secret)


def _add_neighbour(platform: Platform) -> None:
    """Another platform, with the same keys."""
    config = platform.lms.config
    with unit_of_work(platform.sessions) as session:
        add_platform(
            session,
            issuer=f"{config.issuer}-neighbour",
            client_id=config.client_id,
            auth_login_url=config.auth_url,
            auth_token_url=config.token_url,
            jwks_url=config.jwks_url,
            deployment_ids=[config.deployment_id],
        )


def _of_neighbour(scene: Scene) -> TestResponse:
    return scene.post(scene.token(iss=f"{scene.platform.lms.config.issuer}-neighbour"))


def _fields(scene: Scene, **changes: Any) -> dict[str, Any]:
    given = {"state": scene.state, "id_token": scene.token()} | changes
    return {name: value for name, value in given.items() if value is not GONE}


def _posting(**changes: Any) -> Act:
    return lambda scene: scene.browser.post("/lti/launch", data=_fields(scene, **changes), base_url=TOOL)


def _twice(field: str) -> Act:
    return lambda scene: _posting(**{field: [_fields(scene)[field]] * 2})(scene)


def _by_get(scene: Scene) -> TestResponse:
    return scene.browser.get("/lti/launch", query_string=_fields(scene), base_url=TOOL)


def _in_query(scene: Scene) -> TestResponse:
    return scene.browser.post("/lti/launch", query_string=_fields(scene), base_url=TOOL)


def _as_json(scene: Scene) -> TestResponse:
    return scene.browser.post("/lti/launch", json=_fields(scene), base_url=TOOL)


def _at_host(scene: Scene) -> TestResponse:
    return scene.browser.post("/lti/launch", data=_fields(scene), base_url="http://evil.test")


POSTS: tuple[Refused, ...] = (
    Refused("no state", "15", "launch_incomplete", advice=AGAIN, act=_posting(state=GONE)),
    Refused("an empty state", "15", "launch_incomplete", advice=AGAIN, act=_posting(state="")),
    Refused("no token", "16", "launch_incomplete", advice=AGAIN, act=_posting(id_token=GONE)),
    Refused("unknown state", "15", "state_unknown", advice=AGAIN, act=_posting(state="invented")),
    Refused("state with a NUL", "15", "state_unknown", advice=AGAIN, act=_posting(state="a\0b")),
    Refused("a browser with another cookie", "15 S38", "browser_differs", advice=AGAIN,
            between=lambda s: _set_cookie(s, "somebody else's"), cookie=True, needs_login=True),
    Refused("a browser with another login's cookie", "15 S38", "browser_differs", advice=AGAIN,
            between=_with_anothers_cookie, cookie=True, needs_login=True),
    Refused("nonce of another state", "18 34", "nonce_mismatch", advice=AGAIN,
            between=_meet_another, act=lambda s: s.post(_others(s).token())),
    Refused("exact replay", "36", "state_used", advice=AGAIN, between=_arrive_first_and_keep_cookie,
            cookie=True, needs_login=True),
    Refused("replay without a cookie", "37", "state_used", advice=AGAIN, between=_arrive_first, cookie=False,
            needs_login=True),
    Refused("nonce used again in a new token", "35", "state_used", advice=AGAIN, between=_arrive_first,
            act=lambda s: s.post(s.token(sub="somebody-else")), needs_login=True),
    Refused("state that expired", "38", "state_expired", advice=AGAIN, between=_expire_attempt,
            needs_login=True),
    Refused("token of another issuer", "39 S17", "issuer_wrong", before=_add_neighbour, act=_of_neighbour),
    Refused("token for another client of the issuer", "40 42", "audience_wrong",
            before=add_client, act=lambda s: s.post(s.token(aud="second"))),
    Refused("deployment of another client", "41", "deployment_pending",
            {LTI + "deployment_id": "deployment-2"}, APPROVAL, before=add_client,
            login={"lti_deployment_id": None}, leaves="deployment"),
    Refused("deployment that nobody registered", "19 58", "deployment_pending",
            {LTI + "deployment_id": "new"}, APPROVAL, login={"lti_deployment_id": None}, leaves="deployment"),
    Refused("login's deployment is not the token's", "42", "deployment_differs_from_login",
            login={"lti_deployment_id": "deployment-9"}, needs_login=True),
    Refused("disabled since login", "57", "registration_inactive",
            between=lambda s: disable(s.platform), mend=enable),
    Refused("approval taken back since login", "57", "registration_pending", advice=APPROVAL,
            between=lambda s: make_pending(s.platform), mend=approve),
    Refused("state twice", "S17", "parameter_repeated", claim="state", act=_twice("state")),
    Refused("token twice", "S17", "parameter_repeated", claim="id_token", act=_twice("id_token")),
    Refused("token in the address", "49", None, advice=None, status=405, act=_by_get),
    Refused("token in the address of a post", "49", "launch_incomplete", advice=AGAIN, act=_in_query),
    Refused("token as JSON", "16", "launch_incomplete", advice=AGAIN, act=_as_json),
    Refused("the platform says no", "48", "platform_refused", advice=AGAIN,
            act=_posting(id_token=GONE, error="login_required", error_description="<b>shown to nobody</b>")),
    Refused("the platform says no beside a token", "48", "platform_refused", advice=AGAIN,
            act=_posting(error="login_required")),
    Refused("more than a megabyte", "50", None, advice=None, status=413,
            act=_posting(id_token="x" * 1_100_000)),
    Refused("300 KB of no token", "50 S35", "token_malformed", act=_posting(id_token="x" * 300_000)),
    Refused("another host's name", "S17", None, advice=None, act=_at_host),
)  # fmt: skip


def _finishing(secret: Callable[[Scene], str] | None = None, headers: Mapping[str, str] | None = None) -> Act:
    """Answer the page that asks for the proof like this."""
    return lambda scene: scene.finish(secret(scene) if secret else None, headers)


def _finish_first(scene: Scene) -> None:
    scene.hold()
    assert scene.finish().status_code == 200


def _hold_too_long(scene: Scene) -> None:
    scene.hold()
    with unit_of_work(scene.platform.sessions) as session:
        mine = update(LaunchPending).filter_by(registration_id=scene.platform.registration_id)
        session.execute(mine.values(expires_at=LaunchPending.created_at))


def _hold_and_disable(scene: Scene) -> None:
    scene.hold()
    disable(scene.platform)


def _hold_and_meet_another(scene: Scene) -> None:
    scene.hold()
    _meet_another(scene)


def _finish_invented(scene: Scene) -> TestResponse:
    data = {"pending": "invented", "v": scene.secret}
    return scene.browser.post("/lti/launch/finish", data=data, headers={"Origin": TOOL}, base_url=TOOL)


def _unproven(
    name: str, code: str, act: Act, *, between: Callable[[Scene], None] = Scene.hold, **more: Any
) -> Refused:
    more = {"numbers": "37 S38", "advice": AGAIN, **more}
    return Refused(name, code=code, act=act, between=between, cookie=False, **more)


ELSEWHERE: Mapping[str, dict[str, str]] = {
    "another page's origin": {"Origin": "https://evil.test"},
    "no origin": {"Origin": "null"},
    "another site's page": {"Origin": TOOL, "Sec-Fetch-Site": "cross-site"},
    "a neighbour's page": {"Origin": TOOL, "Sec-Fetch-Site": "same-site"},
    "no page at all": {"Origin": TOOL, "Sec-Fetch-Site": "none"},
    "no word of where from": {"X-Nothing": "said"},
}
FINISHES: tuple[Refused, ...] = (
    _unproven("no proof", "browser_differs", _finishing(lambda _: "")),
    _unproven("a wrong proof", "browser_differs", _finishing(lambda _: "x")),
    _unproven("half a proof", "browser_differs", _finishing(lambda s: s.secret[:-1])),
    _unproven("the state as proof", "browser_differs", _finishing(lambda s: s.state)),
    _unproven("the page's own id as proof", "browser_differs", _finishing(lambda s: s.pending)),
    _unproven("another login's proof", "browser_differs", _finishing(lambda s: _others(s).secret),
              between=_hold_and_meet_another),
    _unproven("a launch that nobody holds", "pending_unknown", _finish_invented),
    _unproven("finished twice", "pending_unknown", _finishing(), numbers="36 37", between=_finish_first,
              needs_login=True),
    _unproven("finished too late", "pending_unknown", _finishing(), numbers="38", between=_hold_too_long,
              needs_login=True),
    _unproven("disabled while it is held", "registration_inactive", _finishing(), numbers="57",
              advice=Advice.ADMINISTRATOR, between=_hold_and_disable, mend=enable),
    _unproven("posted again while it is held", "state_used", Scene.post, numbers="36 37"),
    *(_unproven(f"finished by {who}", "finish_from_elsewhere", _finishing(headers=headers))
      for who, headers in ELSEWHERE.items()),
)  # fmt: skip

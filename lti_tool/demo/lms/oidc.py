"""The OpenID Connect authorization endpoint: it answers a tool's login with a signed launch."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lti_tool.demo.lms.catalogue import person_by_sub
from lti_tool.demo.lms.launches import Launch
from lti_tool.demo.lms.services import current_lms

bp = Blueprint("oidc", __name__)

LONGEST_NONCE = 255
LONGEST_STATE = 4096
FIXED = (  # LTI 1.3 leaves a tool no choice in these
    ("response_type", "id_token", "unsupported_response_type"),
    ("response_mode", "form_post", "invalid_request"),
    ("scope", "openid", "invalid_scope"),
    ("prompt", "none", "invalid_request"),
)


class LoginRefusedError(Exception):
    """An answer that goes to the tool, in the words of OpenID Connect."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@bp.route("/oidc/auth", methods=["GET", "POST"])
def auth() -> ResponseReturnValue:
    given = request.form if request.method == "POST" else request.args
    # Until the address is known to be the tool's, nothing may be sent there, not even an error.
    if given.getlist("redirect_uri") != [current_lms().config.tool_launch_url]:
        abort(400, "The tool asked to be answered at an address (redirect_uri) that it has not registered.")
    state = given.get("state", "")
    try:
        launch = _check(given)
        lms = current_lms()
        fields = {"id_token": lms.sign(lms.launch_claims(launch, given["nonce"])), "state": state}
    except LoginRefusedError as refused:
        fields = {"error": refused.error, "error_description": refused.description}
        if state:
            fields["state"] = state
    return render_template(
        "demo_lms/form_post.html", action=current_lms().config.tool_launch_url, fields=fields
    )


def _check(given: MultiDict[str, str]) -> Launch:
    lms = current_lms()
    if any(len(values) > 1 for _, values in given.lists()):
        raise LoginRefusedError("invalid_request", "a parameter is given more than once")
    if given.get("client_id") != lms.config.client_id:
        raise LoginRefusedError("unauthorized_client", "client_id is not registered here")
    for name, value, error in FIXED:
        if given.get(name) != value:
            raise LoginRefusedError(error, f"{name} must be {value}")
    if not 0 < len(given.get("state", "")) <= LONGEST_STATE:
        raise LoginRefusedError("invalid_request", "state is missing or too long")
    nonce = given.get("nonce", "")
    if not 0 < len(nonce) <= LONGEST_NONCE or not nonce.isascii() or not nonce.isprintable():
        raise LoginRefusedError("invalid_request", "nonce is missing, too long or not printable ASCII")
    return _launch_for(given.get("login_hint", ""), given.get("lti_message_hint", ""))


def _launch_for(login_hint: str, message_hint: str) -> Launch:
    """The launch that was begun; its hint counts once, so this comes after every other check."""
    if person_by_sub(login_hint) is None:
        raise LoginRefusedError("login_required", "login_hint is nobody here")
    launch = current_lms().launches.take(message_hint)
    if launch is None:
        raise LoginRefusedError(
            "invalid_request", "lti_message_hint is not one of ours, was used before or has run out"
        )
    if launch.person.sub != login_hint:
        raise LoginRefusedError("login_required", "login_hint is not who began this launch")
    return launch

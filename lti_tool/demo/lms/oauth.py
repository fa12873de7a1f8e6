"""The key set, and access tokens for the tool by a signed assertion (RFC 6749, RFC 7523)."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from lti_tool.demo.lms.access_tokens import LIFETIME_SECONDS
from lti_tool.demo.lms.checks import Refusal
from lti_tool.demo.lms.services import current_lms
from lti_tool.demo.lms.tool_keys import LEEWAY_SECONDS, RefusedTokenError
from lti_tool.demo.lms.vocabulary import SCOPES

bp = Blueprint("oauth", __name__)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@bp.get("/jwks.json")
def jwks() -> Response:
    return jsonify(current_lms().key.jwks())


@bp.post("/oauth2/token")
def token() -> Response:
    form = _form()
    if form["grant_type"] != "client_credentials":
        raise _refused("unsupported_grant_type", "only client_credentials is offered")
    _check_client(form)
    scopes = frozenset(form.get("scope", "").split())
    if not scopes or not scopes <= SCOPES:
        unknown = ", ".join(sorted(scopes - SCOPES)) or "none was asked for"
        raise _refused("invalid_scope", f"unknown scope: {unknown}")
    response = jsonify(
        access_token=current_lms().access_tokens.issue(scopes),
        token_type="Bearer",  # noqa: S106  the kind of token, not a token
        expires_in=LIFETIME_SECONDS,
        scope=" ".join(sorted(scopes)),
    )
    response.headers.update(NO_STORE)
    return response


def _form() -> dict[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise _refused("invalid_request", "send this as application/x-www-form-urlencoded")
    given: MultiDict[str, str] = request.form
    if any(len(values) > 1 for _, values in given.lists()):
        raise _refused("invalid_request", "a parameter is given more than once")
    if not given.get("grant_type"):
        raise _refused("invalid_request", "grant_type is missing")
    return given.to_dict()


def _check_client(form: dict[str, str]) -> None:
    """The client is who signs as it, freshly, for this very address, with a jti that is new."""
    lms = current_lms()
    if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
        raise _unknown_client("a client_assertion of type jwt-bearer is required")
    try:
        claims = lms.tool_keys.verify(
            form["client_assertion"],
            issuer=lms.config.client_id,
            audience=lms.config.token_url,
            require=("sub", "jti"),
        )
    except RefusedTokenError as error:
        raise _unknown_client(str(error)) from error
    if claims["sub"] != lms.config.client_id or form.get("client_id", claims["sub"]) != claims["sub"]:
        raise _unknown_client("iss, sub and client_id must all be the client's id")
    jti = claims["jti"]
    if not isinstance(jti, str) or not lms.tool_jwts.first_time(
        f"jti {jti}", until=claims["exp"] + LEEWAY_SECONDS
    ):
        raise _unknown_client("jti has been used before")


def _refused(error: str, description: str) -> Refusal:
    return Refusal(400, error, description, NO_STORE)


def _unknown_client(description: str) -> Refusal:
    return Refusal(401, "invalid_client", description, NO_STORE)

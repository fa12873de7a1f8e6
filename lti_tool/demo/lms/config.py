"""What the demo LMS has to be told, and the addresses that follow from it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class LmsConfig:
    issuer: str
    """The LMS's name as an OpenID provider, and its own base address."""
    tool_url: str
    data_dir: Path
    """Holds the signing key and the state, so that a restart forgets neither."""
    client_id: str
    deployment_id: str
    records_url: str | None = None
    """Base address of an xAPI record store, such as http://127.0.0.1:8000/xapi."""
    records_username: str | None = None
    records_password: str | None = None
    offers_storage: bool = False
    """Whether its pages keep small things for the tool (LTI postMessage Storage 0.1)."""
    storage_target: str = "_parent"
    """The page around the tool's frame, or the name of a frame beside it, as some platforms have it."""
    offers_notices: bool = False
    """Whether it tells the tool of copied courses (Platform Notification Service 1.0)."""

    def __post_init__(self) -> None:
        for name, url in (("issuer", self.issuer), ("tool_url", self.tool_url)):
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.netloc or url.endswith("/"):
                raise ValueError(f"{name} must be an http(s) address without a trailing slash, not {url!r}")

    @property
    def tool_origin(self) -> str:
        parts = urlsplit(self.tool_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def tool_login_url(self) -> str:
        return f"{self.tool_url}/lti/login"

    @property
    def tool_launch_url(self) -> str:
        """The tool's one registered redirect address; links without their own address open here too."""
        return f"{self.tool_url}/lti/launch"

    @property
    def tool_jwks_url(self) -> str:
        return f"{self.tool_url}/lti/jwks.json"

    @property
    def auth_url(self) -> str:
        return f"{self.issuer}/oidc/auth"

    @property
    def token_url(self) -> str:
        return f"{self.issuer}/oauth2/token"

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/jwks.json"

    @property
    def registration_url(self) -> str:
        return f"{self.issuer}/register"

    @property
    def openid_configuration_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def deep_link_return_url(self) -> str:
        return f"{self.issuer}/deep-linking/return"

    @property
    def notice_handlers_url(self) -> str:
        return f"{self.issuer}/notice-handlers"

    def memberships_url(self, course_key: str) -> str:
        return f"{self.issuer}/nrps/{course_key}/memberships"

    def groups_url(self, course_key: str) -> str:
        return f"{self.issuer}/groups/{course_key}/groups"

    def group_sets_url(self, course_key: str) -> str:
        return f"{self.issuer}/groups/{course_key}/sets"

    def line_items_url(self, course_key: str) -> str:
        return f"{self.issuer}/ags/{course_key}/lineitems"

    def line_item_url(self, course_key: str, item_id: str) -> str:
        return f"{self.line_items_url(course_key)}/{item_id}"

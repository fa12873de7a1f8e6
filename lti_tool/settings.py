"""Settings, read once from the environment (prefix SEGUE_)."""

import os
import secrets
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lti_tool.core.errors import SettingsError
from lti_tool.core.guessing import weakness_of

_SHORTEST_SECRET = 32
_SHORTEST_TOKEN = 16
_MAKE_ONE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
LIMITS = tuple(
    f"limit_{kind}"
    for kind in (
        "writing",
        "typing",
        "uploads",
        "search",
        "launches",
        "credentials",
        "sign_in",
        "invitations",
    )
)


class Settings(BaseSettings):
    """What an operator decides. Every field is the variable SEGUE_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SEGUE_", frozen=True, extra="ignore")

    env: Literal["development", "production"] = "development"
    """Production where the base address is https, unless said otherwise."""
    base_url: str = "http://127.0.0.1:8000"
    database_url: str | None = None
    secret_key: SecretStr = SecretStr("")
    media_url: str | None = None
    """Where files are kept: file:///srv/segue/media, or an object store; a folder in var/ if none."""
    lrs_url: str | None = None
    lrs_username: str | None = None
    lrs_password: SecretStr | None = None
    lrs_version: Literal["1.0.3", "2.0.0"] = "1.0.3"
    records_most_bytes: int = Field(default=1_000_000, ge=65_536, le=64_000_000)
    """How large a request to the built-in record store may be."""
    records_most_statements: int = Field(default=500, ge=1, le=10_000)
    """How many statements such a request may hold."""
    metrics_token: SecretStr | None = None
    """What a monitoring system sends to read /metrics (Authorization: Bearer); without it nobody can."""
    redis_url: SecretStr | None = None
    """Where limits are counted for all processes: redis://…; without it each process counts for itself."""
    proxies: int = Field(default=0, ge=0, le=5)
    """How many proxies stand in front and add the address they saw to X-Forwarded-For."""
    limits: Literal["on", "off"] = "on"
    # Of a person, or of an address where nobody is known yet: a whole school may come by one address.
    limit_writing: str = "60 per minute; 1000 per hour"
    limit_typing: str = "240 per minute"
    """Previews, suggestions, drafts, and noting what was read."""
    limit_uploads: str = "30 per minute; 200 per hour"
    limit_search: str = "60 per minute"
    limit_launches: str = "2000 per minute"
    limit_credentials: str = "30 per minute"
    """Wrong ones, of one username from one address."""
    limit_sign_in: str = "10 per minute; 60 per hour"
    limit_invitations: str = "20 per minute"
    files_megabytes: int = Field(default=500, ge=1)
    """What the files of one person in one course may have together."""

    form_seconds: int = Field(default=60, gt=0)
    """How long the body of a request may take to arrive; longer ones are answered with 408."""
    upload_seconds: int = Field(default=900, gt=0)
    """The same for posts with files."""

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
            raise ValueError("must be an http(s) address without a path, such as https://segue.example.org")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @model_validator(mode="before")
    @classmethod
    def _https_means_production(cls, given: Any) -> Any:
        if given.get("env"):
            return given
        return given | {"env": _implied_env(str(given.get("base_url", "")))}

    @field_validator(*LIMITS)
    @classmethod
    def _limit_can_be_read(cls, value: str) -> str:
        try:
            parse_many(value)
        except ValueError:
            raise ValueError('must be like "60 per minute" or "60 per minute; 1000 per hour"') from None
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.env == "production" and (self.media_url or "").startswith("memory:"):
            raise ValueError("SEGUE_MEDIA_URL must be permanent storage when SEGUE_ENV=production")
        if self.env == "production" and not self.base_url.startswith("https://"):
            raise ValueError("SEGUE_BASE_URL must be https when SEGUE_ENV=production")
        if len(self.secret_key.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"SEGUE_SECRET_KEY must be set to at least {_SHORTEST_SECRET} characters")
        if self.metrics_token and len(self.metrics_token.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"SEGUE_METRICS_TOKEN must have at least {_SHORTEST_TOKEN} characters")
        for name, secret in (("SECRET_KEY", self.secret_key), ("METRICS_TOKEN", self.metrics_token)):
            weakness = weakness_of(secret.get_secret_value()) if secret else None
            if weakness and self.env == "production":
                raise ValueError(f"SEGUE_{name} could be guessed: it {weakness}. {_MAKE_ONE}")
        if self.lrs_url and not (self.lrs_username and self.lrs_password):
            raise ValueError("SEGUE_LRS_URL needs SEGUE_LRS_USERNAME and SEGUE_LRS_PASSWORD beside it")
        return self

    def limit(self, kind: str) -> str:
        """How often something of this kind may be done."""
        return str(getattr(self, f"limit_{kind}"))

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach us over https: then cookies are Secure and may live in a frame."""
        return self.base_url.startswith("https://")


def var_dir() -> Path:
    """The folder for state on this machine, below the working directory."""
    return Path.cwd() / "var"


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError, in words, for what is wrong with it."""
    extra: dict[str, SecretStr] = {}
    env = os.environ.get("SEGUE_ENV") or _implied_env(os.environ.get("SEGUE_BASE_URL", ""))
    if not os.environ.get("SEGUE_SECRET_KEY") and env != "production":
        extra["secret_key"] = SecretStr(kept_secret(var_dir()))
    try:
        return Settings(**extra)  # type: ignore[arg-type]  # pydantic-settings fills the rest
    except ValidationError as error:
        # No `input` here: a rejected value may be a password.
        problems = "; ".join(
            ".".join(str(part) for part in e["loc"]) + ": " + e["msg"] if e["loc"] else e["msg"]
            for e in error.errors(include_url=False, include_input=False)
        )
        raise SettingsError(f"The settings can't be used: {problems}") from None


def _implied_env(base_url: str) -> str:
    return "production" if urlsplit(base_url.strip()).scheme == "https" else "development"


def kept_secret(folder: Path) -> str:
    """A development secret that is made once and kept, so that a restart ends no session."""
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret

"""Where the demo's parts listen, and what they are to each other."""

from dataclasses import dataclass
from pathlib import Path

from lti_tool.core.secrets import derive_key
from lti_tool.demo.lms import LmsConfig

CLIENT_ID = "segue-demo"
DEPLOYMENT_ID = "1"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """One demo: two ports, a folder, and the secret kept in it."""

    port: int
    lms_port: int
    data: Path
    secret: str

    @property
    def tool_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def media_url(self) -> str:
        return (self.data.resolve() / "media").as_uri()

    @property
    def lms_url(self) -> str:
        return f"http://{HOST}:{self.lms_port}"

    @property
    def records_reader(self) -> tuple[str, str]:
        """The read-only username and password that the LMS shows the latest statements with."""
        username = derive_key(self.secret, "the demo LMS's username at the record store").hex()[:32]
        return username, derive_key(self.secret, "the demo LMS's password at the record store").hex()

    def lms_config(self) -> LmsConfig:
        username, password = self.records_reader
        return LmsConfig(
            issuer=self.lms_url,
            tool_url=self.tool_url,
            data_dir=self.data / "lms",
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            records_url=f"{self.tool_url}/xapi",
            records_username=username,
            records_password=password,
            offers_storage=True,
            offers_notices=True,
        )

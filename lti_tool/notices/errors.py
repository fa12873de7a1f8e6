"""Why a notice is not taken."""

from lti_tool.core.errors import SegueError
from lti_tool.launch.errors import Fault


class NoticeRefusedError(SegueError):
    """A notice that is not taken. `code` and `fault` go to the log, and never a claim's value."""

    def __init__(self, code: str, *, status: int = 400, fault: Fault | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.fault = fault
        self.status = status

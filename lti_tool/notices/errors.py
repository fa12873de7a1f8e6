"""Why a notice is not taken."""

from lti_tool.core.errors import SegueError


class NoticeRefusedError(SegueError):
    """A notice that is not taken. `code` names the rule, for the log, and never a claim's value."""

    def __init__(self, code: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status

"""What can go wrong when a platform is asked for something."""


class ServiceError(Exception):
    """A platform's service did not do what was asked; `reason` is a short code, fit for logs and pages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ServiceUnavailableError(ServiceError):
    """It can't answer now, or not in a way that can be read: ask again later."""

    def __init__(self, reason: str = "unavailable", *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """The seconds that the platform asks to wait, a day at most; None where it does not say."""


class ServiceRefusedError(ServiceError):
    """It will not: asking again in the same way gets the same answer."""

    def __init__(self, status: int | None, reason: str = "refused") -> None:
        super().__init__(reason)
        self.status = status
        """The answer's HTTP status; None where the tool itself would not ask."""

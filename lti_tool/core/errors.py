"""The errors that services raise and that web and command line turn into answers."""


class SegueError(Exception):
    """An expected failure; its text is shown to the person as it stands."""


class NotFoundError(SegueError):
    """The thing is not there, or not for this person: both look the same (404)."""


class RefusedError(SegueError):
    """The form can't be taken as it is. Nothing was written, and the form says what to change."""


class ConflictError(SegueError):
    """The thing has moved on since the page was loaded (409)."""


class SettingsError(SegueError):
    """A setting is missing or unusable."""

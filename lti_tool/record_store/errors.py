"""What the record store refuses, each with the code that its JSON answer carries."""

from typing import ClassVar

from lti_tool.core.errors import SegueError


class RecordStoreError(SegueError):
    """A refusal; the text says in plain words what to do otherwise."""

    code: ClassVar[str] = "bad_request"


class BadRequestError(RecordStoreError):
    """The request, or a statement in it, breaks the specification or asks for what is not offered (400)."""


class CredentialError(RecordStoreError):
    """No credentials, or not valid ones (401)."""

    code = "unauthorized"


class ReadOnlyError(RecordStoreError):
    """Valid credentials that may not write (403)."""

    code = "forbidden"


class NotStoredError(RecordStoreError):
    """No such statement, or not under this parameter (404)."""

    code = "not_found"


class NotOfferedError(RecordStoreError):
    """A resource that this record store does not have (404)."""

    code = "not_offered"


class StatementConflictError(RecordStoreError):
    """The id belongs to another statement already (409)."""

    code = "conflict"


class TooLargeError(RecordStoreError):
    """More than is taken in one request (413)."""

    code = "too_large"


class TooManyBytesError(TooLargeError):
    """A body beyond the limit in size."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The request is larger than {most:,} bytes; send fewer statements at once.")

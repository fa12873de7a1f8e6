"""Ids: time-ordered ones for rows, random ones for what others see as a statement or a launch."""

import uuid
from uuid import UUID

from uuid_utils.compat import uuid7


def new_row_id() -> UUID:
    """A UUIDv7 (RFC 9562 section 5.7): rows of one table stay in the order they were made."""
    return uuid7()


def new_random_id() -> UUID:
    """A UUIDv4, which tells nothing about when it was made."""
    return uuid.uuid4()

"""What a picture can lose when it is re-encoded. Its author and its readers are told."""

from enum import StrEnum


class Change(StrEnum):
    SMALLER = "smaller"
    STILL = "still"
    """It was animated; only the first frame is left."""
    DEPTH = "depth"
    """It had more than 256 shades of each colour."""
    COLOURS = "colours"
    """It had another colour space than sRGB."""
    FORMAT = "format"
    """Its format is not one that every browser shows."""

"""What a picture may lose when it is made anew. Its author and its readers are told."""

from enum import StrEnum


class Change(StrEnum):
    SMALLER = "smaller"
    STILL = "still"
    """It moved; the first image is left."""
    DEPTH = "depth"
    """It had more than 256 shades of each colour."""
    COLOURS = "colours"
    """Its colours were those of another space than sRGB."""
    FORMAT = "format"
    """It was of a format that not every browser shows."""

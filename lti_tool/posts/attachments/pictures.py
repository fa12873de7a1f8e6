"""Pictures made anew, so that only what is seen is left of them: no place, no camera, nothing hidden."""

import io
import struct
import threading
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

from lti_tool.posts.attachments.errors import Refusal, RefusedFileError
from lti_tool.posts.attachments.kinds import JPEG, PNG, WEBP, Kind

LONGEST_SIDE: Final = 2048
# A JPEG is read at a reduced size; anything else takes four bytes for each of its pixels.
_MOST_PIXELS: Final = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "GIF": 25_000_000}
_MADE: Final = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP, "GIF": PNG}
_OPTIONS: Final[dict[str, dict[str, object]]] = {
    "JPEG": {"quality": 85, "progressive": True},
    "PNG": {},
    "WEBP": {"quality": 85},
}
_BROKEN = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError, MemoryError,
    AttributeError, struct.error, Image.DecompressionBombError,
)  # fmt: skip
# Our own bound comes first, and holds for the number of pixels that each format may have.
Image.MAX_IMAGE_PIXELS = None
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    kind: Kind
    width: int
    height: int


def make_anew(content: bytes) -> Picture:
    """The picture, upright, at most 2048 pixels a side, its first frame alone.

    One at a time in each process, which bounds the memory that it takes. Raises RefusedFileError.
    """
    with _one_at_a_time:
        try:
            return _made_anew(content)
        except RefusedFileError:
            raise
        except _BROKEN:
            raise RefusedFileError(Refusal.UNREADABLE) from None


def _made_anew(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=tuple(_MADE)) as opened:
        read_as = opened.format or ""
        if opened.width * opened.height > _MOST_PIXELS[read_as]:
            raise RefusedFileError(Refusal.TOO_MANY_PIXELS)
        # Before it is turned: so a JPEG is never unpacked at its full size.
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
        upright = _turned(opened)
    plain = upright.convert("RGBA" if upright.has_transparency_data and read_as != "JPEG" else "RGB")
    made = _MADE[read_as]
    written = io.BytesIO()
    # A new image has none of the old one's notes: `info` would go into the file.
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    bare.save(written, made.name, **_OPTIONS[made.name.upper()])
    return Picture(written.getvalue(), made, bare.width, bare.height)


def _turned(picture: Image.Image) -> Image.Image:
    """Upright, as its notes say; as it is where they make no sense."""
    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture

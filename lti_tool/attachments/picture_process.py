"""The program that re-encodes one picture: `python -m lti_tool.attachments.picture_process KIND`.

The picture comes on its standard input; a line of JSON and the new picture go to its standard output.
Decoders are large programs in C, and they read whatever people send. In a process of their own they can take
neither more memory nor more time than the system allows, they end nobody's page, and they know no secret.
"""

import io
import json
import math
import resource
import struct
import sys
from contextlib import suppress
from typing import Any, Final

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageChops, ImageCms, ImageOps

from lti_tool.attachments.changes import Change
from lti_tool.attachments.errors import Refusal, RefusedFileError
from lti_tool.attachments.kinds import JPEG, PNG, WEBP

MOST_MEMORY: Final = 280 * 1024 * 1024
MOST_SECONDS: Final = 10

LONGEST_SIDE: Final = 2048
READABLE_SIDE: Final = 1440
"""Shortest side that a long picture (a page or a panorama) keeps, so that text in it stays readable."""
LONGEST_STRIP: Final = 12_000
MOST_SHOWN: Final = 16_000_000

MEGAPIXELS: Final = {"jpeg": 64, "png": 25, "gif": 25, "heic": 25, "avif": 25, "webp": 10}
"""Largest accepted pictures. A JPEG is read at a reduced size; a WebP takes sixteen bytes a pixel."""
_MOST_COEFFICIENTS: Final = 160 * 1024 * 1024
"""A progressive JPEG is held in memory as a whole, even if it is read at a small size."""

_FORMATS: Final = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "heic": "HEIF", "avif": "AVIF"}
_MOVE: Final = {"png", "gif", "webp", "avif"}
_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    JPEG.name: {"quality": 85, "progressive": True},
    PNG.name: {"compress_level": 4},  # the default of 6 takes three times as long and saves 5 %
    WEBP.name: {"quality": 85},
}
_BROKEN = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError, AttributeError,
    RuntimeError, struct.error,
)  # fmt: skip
_MOST_UNPACKED: Final = 25_000_000
"""Largest number of pixels to decode; larger JPEGs are read at half their size or less."""
_STRIP: Final = 256
_PNG_DEPTH = 24
_BITS = 8
_ROUNDING = 4


def shown_size(width: int, height: int) -> tuple[int, int]:
    """The size at which a picture is stored, with the same aspect ratio."""
    long, short = max(width, height), min(width, height)
    scale = min(
        1.0,
        max(LONGEST_SIDE / long, READABLE_SIDE / short),
        LONGEST_STRIP / long,
        math.sqrt(MOST_SHOWN / (width * height)),
    )
    return max(1, round(width * scale)), max(1, round(height * scale))


def make(content: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """The description of the new picture, and the picture. Raises RefusedFileError."""
    with Image.open(io.BytesIO(content), formats=(_FORMATS[kind],)) as opened:
        _check_size(opened, kind)
        changes = _changes(opened, content, kind)
        width, height = shown_size(*opened.size)
        if (width, height) != opened.size:
            changes.append(Change.SMALLER)
            is_large = opened.width * opened.height > _MOST_UNPACKED
            most = (opened.width // 2, opened.height // 2) if is_large else opened.size
            opened.draft(None, (min(width, most[0]), min(height, most[1])))
        opened.load()
        small = _resized(_plain(opened), (min(width, opened.width), min(height, opened.height)))
        profile = opened.info.get("icc_profile")
    del opened  # as large as all the rest
    coloured, converted = _in_srgb(small, profile)
    if converted:
        changes.append(Change.COLOURS)
    upright = _upright(coloured)
    upright.info = {}  # otherwise metadata of the old picture would be copied into the new one
    made = {"jpeg": JPEG, "png": PNG, "gif": PNG, "webp": WEBP}.get(kind)
    if made is None:
        made = WEBP if upright.mode == "RGBA" else JPEG
    written = io.BytesIO()
    upright.save(written, made.name, **_OPTIONS[made.name])
    said = {
        "kind": made.name,
        "width": upright.width,
        "height": upright.height,
        "changes": sorted(changes),
    }
    return said, written.getvalue()


def _check_size(opened: Image.Image, kind: str) -> None:
    pixels = opened.width * opened.height
    most: float = MEGAPIXELS[kind] * 1_000_000
    if kind == JPEG.name and "progressive" in opened.info:
        layers: list[tuple[int, int, int, int]] = opened.layer  # type: ignore[attr-defined]
        widest = max(across for _, across, _, _ in layers) * max(down for _, _, down, _ in layers)
        samples = sum(across * down for _, across, down, _ in layers) / widest
        most = min(most, _MOST_COEFFICIENTS / (2 * samples) // 1_000_000 * 1_000_000)
    if pixels > most:
        raise RefusedFileError(Refusal.TOO_MANY_PIXELS, most=f"{most / 1_000_000:g}")


def _changes(opened: Image.Image, content: bytes, kind: str) -> list[Change]:
    """What this picture loses, whatever its size."""
    changes = []
    if kind in _MOVE and getattr(opened, "is_animated", False):
        changes.append(Change.STILL)
    depth = content[_PNG_DEPTH] if kind == PNG.name else opened.info.get("bit_depth", _BITS)
    if depth > _BITS:
        changes.append(Change.DEPTH)
    if kind in {"heic", "avif"}:
        changes.append(Change.FORMAT)
    return changes


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in grey, RGB, RGBA or CMYK with eight bits, for resampling and browsers."""
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if picture.has_transparency_data:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    if picture.mode in {"L", "RGB", "CMYK"}:
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A resized picture. Strip by strip for whole factors, which saves memory."""
    factor = min(picture.width // size[0], picture.height // size[1])
    if factor > 1:
        reduced = Image.new(picture.mode, (-(-picture.width // factor), -(-picture.height // factor)))
        for top in range(0, picture.height, _STRIP * factor):
            below = min(top + _STRIP * factor, picture.height)
            reduced.paste(picture.crop((0, top, picture.width, below)).reduce(factor), (0, top // factor))
        reduced.info = picture.info
        picture = reduced
    return picture.copy() if picture.size == size else picture.resize(size, Image.Resampling.BICUBIC)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    """The picture in sRGB, and whether its colours were converted. A broken profile is ignored."""
    mode = picture.mode
    wanted = "RGB" if mode in {"L", "CMYK"} else mode
    if profile:
        with suppress(ImageCms.PyCMSError, *_BROKEN):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(picture, given, srgb, outputMode=wanted)
            if changed is not None:
                changed = changed.convert("L") if mode == "L" else changed
                return changed, mode == "CMYK" or _differ(picture, changed)
    return (picture.convert("RGB"), True) if mode == "CMYK" else (picture, False)


def _differ(one: Image.Image, other: Image.Image) -> bool:
    """Whether some pixel differs by more than conversion rounds."""
    bands = ImageChops.difference(one, other).split()
    return any(band.getextrema()[1] > _ROUNDING for band in bands)  # type: ignore[operator]


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned upright by its metadata; unchanged if the metadata is invalid."""
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture


def _bound(what: int, most: int) -> None:
    with suppress(OSError, ValueError):  # some systems lack some of these limits
        resource.setrlimit(what, (most, most))


def main() -> None:
    _bound(resource.RLIMIT_DATA, MOST_MEMORY)
    _bound(resource.RLIMIT_CPU, MOST_SECONDS)
    _bound(resource.RLIMIT_CORE, 0)
    Image.MAX_IMAGE_PIXELS = None  # our own limits differ by format
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    made = b""
    try:
        said, made = make(sys.stdin.buffer.read(), sys.argv[1])
    except RefusedFileError as refused:
        said = {"refused": refused.reason, "details": refused.details}
    except MemoryError:
        said = {"refused": Refusal.TOO_HEAVY}
    except _BROKEN:
        said = {"refused": Refusal.UNREADABLE}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)


if __name__ == "__main__":
    main()

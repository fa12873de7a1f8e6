"""What the largest pictures that are allowed cost: memory and time of one upload each. Prints a table.

Each is taken in a fresh process, as the tool takes it: told apart, made anew, and kept in a folder. Memory is
what the upload adds to that process, and all that the process of the picture has.
Exits with 1 where one takes 300 MB or more, or is refused.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from obstore.store import LocalStore
from PIL import Image, ImageCms

from lti_tool.attachments.errors import RefusedFileError
from lti_tool.attachments.keeping import LARGEST_FILE, make_ready
from lti_tool.storage.store import Storage

MEGABYTE = 1024 * 1024
MOST_MEMORY = 300
MOST_SECONDS = 2.0
_ROOT = Path(__file__).parent.parent
_HEIC = _ROOT / "tests" / "attachments" / "pictures" / "large.heic"
_TURNED = Image.Exif()
_TURNED[0x0112] = 6


def _image(mode: str, width: int, height: int, *, detailed: bool) -> Image.Image:
    """Of one colour, or of small squares of many."""
    if not detailed:
        return Image.new(mode, (width, height))
    small = Image.merge("RGB", [Image.effect_noise((width // 12, height // 12), 90) for _ in range(3)])
    squares = small.resize((width, height), Image.Resampling.NEAREST)
    return squares.convert("L").convert(mode) if mode == "I;16" else squares.convert(mode)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def _padded(content: bytes, *, boxed: bool = False) -> bytes:
    """As large as a file may be, by what decoders leave alone."""
    rest = max(LARGEST_FILE - len(content), 8)
    return content + (rest.to_bytes(4) + b"free" + bytes(rest - 8) if boxed else bytes(rest))


def _strip(*, detailed: bool) -> bytes:
    """Kept at its full size, turned, and with its colours converted."""
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = swapped.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"----", b"bXYZ", 1)
    image = _image("RGBA", 1333, 12_000, detailed=detailed)
    return _saved(image, "PNG", compress_level=1, icc_profile=swapped, exif=_TURNED)


LARGEST: Mapping[str, tuple[str, Callable[[bool], bytes]]] = {
    "JPEG, 64 MP": ("jpg", lambda it: _saved(_image("RGB", 9230, 6930, detailed=it), "JPEG", quality=70)),
    "JPEG, progressive, 53 MP": (
        "jpg",
        lambda it: _saved(_image("RGB", 8400, 6300, detailed=it), "JPEG", quality=70, progressive=True),
    ),
    "JPEG, progressive, CMYK, 20 MP": (
        "jpg",
        lambda it: _saved(_image("CMYK", 5160, 3870, detailed=it), "JPEG", quality=70, progressive=True),
    ),
    "PNG, 25 MP": (
        "png",
        lambda it: _saved(_image("RGB", 5770, 4330, detailed=it), "PNG", compress_level=1),
    ),
    "PNG, clear, 25 MP": (
        "png",
        lambda it: _saved(_image("RGBA", 5770, 4330, detailed=it), "PNG", compress_level=1),
    ),
    "PNG, grey of 16 bits, 25 MP": (
        "png",
        lambda it: _saved(_image("I;16", 5770, 4330, detailed=it), "PNG", compress_level=1),
    ),
    "PNG, strip, 16 MP": ("png", lambda it: _strip(detailed=it)),
    "GIF, 25 MP": ("gif", lambda it: _saved(_image("L", 5770, 4330, detailed=it), "GIF")),
    "WebP, 10 MP": (
        "webp",
        lambda it: _saved(_image("RGBA", 3640, 2740, detailed=it), "WEBP", quality=50, method=0),
    ),
    "AVIF, 25 MP": (
        "avif",
        lambda it: _saved(_image("RGB", 5770, 4330, detailed=it), "AVIF", quality=50, speed=10),
    ),
    "HEIC, 25 MP": ("heic", lambda _: _HEIC.read_bytes()),
}


def measured(title: str, *, detailed: bool) -> dict[str, Any]:
    """Megabytes and seconds of one of the largest pictures, in a process of its own."""
    ending, make = LARGEST[title]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"large.{ending}")
        file.write_bytes(_padded(make(detailed), boxed=ending in {"avif", "heic"}))
        told = subprocess.run(
            [sys.executable, "-m", "bench.pictures", "--one", str(file)],
            capture_output=True,
            check=True,
            cwd=_ROOT,
            timeout=120,
        )
    result: dict[str, Any] = json.loads(told.stdout)
    return result


def _take(file: Path) -> dict[str, Any]:
    before, began = _peak(resource.RUSAGE_SELF), time.perf_counter()
    try:
        ready = make_ready(file.name, file.read_bytes())
    except RefusedFileError as refused:
        return {"refused": f"{refused.reason} {refused.details}"}
    storage = Storage(LocalStore(file.parent / "kept", mkdir=True))
    storage.put("shown", ready.content)
    storage.put("original", ready.original)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "megabytes": _peak(resource.RUSAGE_SELF) - before + _peak(resource.RUSAGE_CHILDREN),
        "seconds": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
    }


def _peak(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss * 1024 / MEGABYTE


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="bench.pictures", description=__doc__)
    options.add_argument("--one", type=Path, help="measure this file in this process, and print JSON")
    one = options.parse_args(arguments).one
    if one:
        print(json.dumps(_take(one)))
        return
    failed = False
    print(f"{'Picture':32} {'MB':>6} {'s':>6} {'CPU s':>6}")
    for title in LARGEST:
        it = measured(title, detailed=True)
        if "refused" in it:
            print(f"{title:32} refused: {it['refused']}")
        else:
            late = f"  more than {MOST_SECONDS:g} s" if it["seconds"] >= MOST_SECONDS else ""
            print(
                f"{title:32} {it['megabytes']:6.0f} {it['seconds']:6.2f} {it['cpu']:6.2f}{late}", flush=True
            )
        failed |= "refused" in it or it["megabytes"] >= MOST_MEMORY
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()

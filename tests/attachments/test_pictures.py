"""Pictures over HTTP: what is kept of them, what is said, and who gets the original."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageCms, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.attachments import tasks
from lti_tool.attachments.models import Attachment
from lti_tool.core import clock
from lti_tool.core.actor import Role
from lti_tool.storage.store import Storage
from tests.attachments.files import HEIC, MAKER, PLACE, ids_in, photo, picture, post_with_files, upload
from tests.factories.entrances import Course, Visitor
from tests.web.test_sessions import TOOL, Tab

SMALLER = "The picture was reduced to 2048 × 1536 pixels."  # noqa: RUF001


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def shades(*, upright: bool = False) -> Image.Image:
    """Grey of 16 bits: each of 256 columns (or rows) a 256th lighter than the one before."""
    ramp = b"".join((step * 257).to_bytes(2, "little") for step in range(256))
    image = Image.frombytes("I;16", (256, 16), ramp * 16)
    return image.transpose(Image.Transpose.ROTATE_90) if upright else image


def moving(kind: str = "GIF") -> bytes:
    frames = [Image.new("RGB", (30, 30), (shade, 0, 0)) for shade in (10, 120, 240)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def shown(visitor: Visitor, name: str, content: bytes) -> tuple[str, Image.Image]:
    """The page of a thread with this picture, and the picture as the page shows it."""
    page = visitor.get(post_with_files(visitor, (name, content))).text
    address = re.search(r'src="[^"]*(/attachments/[0-9a-f-]{36})"', page)
    assert address
    answer = visitor.get(address[1])
    assert answer.status_code == 200
    return page, Image.open(io.BytesIO(answer.data))


def test_grey_of_sixteen_bits_keeps_its_shades(ana: Visitor) -> None:
    page, image = shown(ana, "scan.png", saved(shades()))
    assert [image.convert("L").getpixel((step, 8)) for step in range(256)] == list(range(256))
    assert "256 shades" in page


def test_a_tall_screenshot_stays_readable(ana: Visitor) -> None:
    tall = Image.new("RGB", (1080, 12_000), "white")
    ImageDraw.Draw(tall).text((10, 11_900), "The last line")
    page, image = shown(ana, "chat.png", saved(tall))
    assert image.size == (1080, 12_000)
    assert "The picture was reduced" not in page


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((5000, 2500), (2880, 1440)),
        ((4000, 3000), (2048, 1536)),
        ((9000, 1000), (9000, 1000)),
        ((24_000, 960), (12_000, 480)),
        ((1440, 15_000), (1152, 12_000)),
    ],
)
def test_a_large_picture_keeps_its_aspect(ana: Visitor, size: tuple[int, int], kept: tuple[int, int]) -> None:
    _, image = shown(ana, "large.jpg", picture("JPEG", size))
    assert image.size == kept


def test_a_reduced_picture_has_a_note(ana: Visitor) -> None:
    page, _ = shown(ana, "large.jpg", picture("JPEG", (4000, 3000)))
    assert SMALLER in page


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("IMG_0001.HEIC", HEIC, "image/jpeg"),
        ("a.avif", picture("AVIF"), "image/jpeg"),
        ("clear.avif", saved(Image.new("RGBA", (40, 30), (1, 2, 3, 0)), "AVIF"), "image/webp"),
    ],
)
def test_pictures_that_not_every_browser_shows(
    ana: Visitor, name: str, content: bytes, media_type: str
) -> None:
    page, image = shown(ana, name, content)
    assert Image.MIME[image.format or ""] == media_type
    assert f"saved as {media_type.removeprefix('image/').upper()}" in page


def test_a_heic_is_turned_upright_and_loses_its_metadata(ana: Visitor, session: Session) -> None:
    assert PLACE.encode() in HEIC
    _, image = shown(ana, "IMG_0001.HEIC", HEIC)
    assert image.size == (160, 240)
    (red, _, blue), (red_below, _, blue_below) = (image.getpixel((80, row)) for row in (10, 230))  # type: ignore[misc]
    assert red > blue
    assert red_below < blue_below
    told = ana.get(f"/attachments/{session.scalars(select(Attachment.id)).one()}").data
    assert PLACE.encode() not in told
    assert MAKER.encode() not in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wave.gif", moving()),
        ("wave.png", moving("PNG")),
        ("wave.webp", moving("WEBP")),
        ("wave.avif", moving("AVIF")),
    ],
)
def test_an_animated_picture_keeps_its_first_frame_with_a_note(
    ana: Visitor, name: str, content: bytes
) -> None:
    page, image = shown(ana, name, content)
    assert getattr(image, "n_frames", 1) == 1
    assert "The picture was animated. This is its first frame." in page


def test_a_photo_with_a_second_picture_in_it_is_a_photo(ana: Visitor) -> None:
    """Telephones put a smaller copy or a map of depth behind the photo (MPO)."""
    double = saved(Image.new("RGB", (60, 40)), "MPO", save_all=True, append_images=[Image.new("RGB", (6, 4))])
    page, image = shown(ana, "IMG_0001.JPG", double)
    assert image.size == (60, 40)
    assert "The picture was animated" not in page


def profile(*, swapped: bool) -> bytes:
    """Of sRGB, or of a space whose red is the blue of sRGB."""
    told = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if not swapped:
        return told
    return told.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"----", b"bXYZ", 1)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_other_colour_spaces_are_converted(ana: Visitor, mode: str) -> None:
    image = Image.new("RGBA", (20, 20), (250, 20, 20, 255)).convert(mode)
    page, kept = shown(ana, "a.png", saved(image, icc_profile=profile(swapped=True)))
    red, _, blue = kept.convert("RGB").getpixel((9, 9))  # type: ignore[misc]
    assert blue > 200 > red
    assert "icc_profile" not in kept.info
    assert "colours were converted" in page


def test_srgb_colours_are_unchanged(ana: Visitor) -> None:
    sent = saved(Image.new("RGB", (20, 20), (250, 20, 20)), icc_profile=profile(swapped=False))
    page, kept = shown(ana, "a.png", sent)
    assert kept.getpixel((9, 9)) == (250, 20, 20)
    assert "colours were converted" not in page


@pytest.mark.parametrize("icc", [b"", b"no profile at all"])
def test_colours_for_print_are_converted(ana: Visitor, icc: bytes) -> None:
    image = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    page, kept = shown(ana, "a.jpg", saved(image, "JPEG", icc_profile=icc or None))
    red, green, _ = kept.getpixel((9, 9))  # type: ignore[misc]
    assert (kept.mode, red > 200, green < 60) == ("RGB", True, True)
    assert "colours were converted" in page


def original_of(session: Session) -> str:
    session.rollback()
    return f"/attachments/{session.scalars(select(Attachment.id)).one()}/original"


def test_only_its_author_gets_the_original(
    app: Flask, course: Course, ana: Visitor, session: Session
) -> None:
    sent = picture("JPEG", (4000, 3000), exif=_notes())
    path = post_with_files(ana, ("beach.jpg", sent))
    address = original_of(session)
    answer = ana.get(address)
    assert (answer.status_code, answer.data) == (200, sent)
    assert answer.headers["Content-Disposition"] == "attachment; filename=beach.jpg"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert address in ana.get(path).text
    signed = Tab(app, ana).get(address).headers["Segue-Next"]
    assert app.test_client().get(signed, base_url=TOOL).data == sent
    for other in (course.visitor("Tom Becker"), course.visitor("Ines Koch", role=Role.INSTRUCTOR)):
        page = other.get(path).text
        assert "The picture was reduced" in page
        assert address not in page
        assert "Only you can get" not in page
        assert other.get(address).status_code == 404


def _notes() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = PLACE
    return exif


def test_no_original_is_stored_if_nothing_was_lost(ana: Visitor, session: Session, storage: Storage) -> None:
    post_with_files(ana, ("beach.jpg", photo()))
    assert ana.get(original_of(session)).status_code == 404
    assert len(storage.keys()) == 1


def test_the_form_says_what_changed_and_counts_the_original(ana: Visitor, session: Session) -> None:
    sent = picture("JPEG", (4000, 3000))
    answer, _ = upload(ana, ("beach.jpg", sent))
    (one,) = ids_in(answer.text)
    assert SMALLER in answer.text
    assert f"/attachments/{one}/original" in answer.text
    row = session.scalars(select(Attachment)).one()
    assert row.size == len(sent) + len(ana.get(f"/attachments/{one}").data)


def test_the_sweep_deletes_originals_too(
    ana: Visitor, sessions: sessionmaker[Session], storage: Storage
) -> None:
    upload(ana, ("IMG_0001.HEIC", HEIC))
    assert len(storage.keys()) == 2
    with clock.at(clock.now() + timedelta(hours=25)):
        tasks.sweep_files(sessions)
    assert storage.keys() == []

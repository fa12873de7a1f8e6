"""People at the demo LMS: they choose who they are, open a course, and an activity in it."""

import re
from dataclasses import dataclass
from typing import Protocol, Self
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page, expect

from lti_tool.demo.lms.catalogue import COURSES, PEOPLE, Course, Link

_AT_REST = """() => new Promise((resolve) => {
  const frame = document.querySelector("#tool-frame");
  const place = () => JSON.stringify([scrollY, frame?.getBoundingClientRect()]);
  let [last, since] = [place(), performance.now()];
  const look = () => {
    const now = place();
    if (now !== last) [last, since] = [now, performance.now()];
    if (performance.now() - since > 120) resolve();
    else setTimeout(look, 30);
  };
  look();
})"""
"""Longer than a page waits before it says how tall it is."""


_RELOAD = "() => { document.body.dataset.left = ''; setTimeout(() => location.reload()); }"
"""Not at once: an answer from a page that is gone might be waited for without end."""


def reload(frame: Frame) -> None:
    """As somebody does who reloads the frame alone; then be on the new page."""
    frame.evaluate(_RELOAD)
    expect(frame.locator("body:not([data-left])")).to_be_visible()


class AtLms(Protocol):
    """Whatever runs an LMS, and says where."""

    @property
    def lms_url(self) -> str: ...


@dataclass(frozen=True, eq=False)
class Entrance:
    """An activity of a course of the demo LMS."""

    in_course: Course
    link: Link

    @property
    def course(self) -> str:
        return self.in_course.title

    @property
    def activity(self) -> str:
        return self.link.title


def _entrance(course: Course, place: int) -> Entrance:
    return Entrance(course, course.links[place])


ANA, TOM, YUSUF = "Ana Ruiz", "Tom Becker", "Yusuf Demir"
TALK, WORKSHOPS = _entrance(COURSES[0], 0), _entrance(COURSES[1], 0)
# Nobody posts there: its lists are empty.
QUIET = _entrance(COURSES[1], 1)


def go_to_activity(page: Page, at: AtLms, person: str, entrance: Entrance) -> None:
    """From the LMS's first page to the page that holds the activity."""
    page.goto(at.lms_url)
    page.get_by_role("radio", name=person).check()
    # Copies of it, which have its name in theirs, stand behind it.
    page.get_by_role("radio", name=entrance.course).first.check()
    page.get_by_role("button", name="Go to the course").click()
    page.get_by_role("link", name=entrance.activity).click()


def window_address(at: AtLms, person: str, entrance: Entrance) -> str:
    """The page of the LMS that opens the activity in its own place."""
    key = next(known.key for known in PEOPLE if known.name == person)
    course = f"{at.lms_url}/courses/{entrance.in_course.key}/as/{key}"
    return f"{course}/activities/{entrance.link.id}/window"


@dataclass(frozen=True)
class Visit:
    """Somebody in an activity: the LMS's page, and the tool in its frame (or in a window of its own)."""

    page: Page
    tool: Frame

    @classmethod
    def enter(cls, page: Page, at: AtLms, person: str, entrance: Entrance) -> Self:
        """The activity in the LMS's frame."""
        go_to_activity(page, at, person, entrance)
        try:
            expect(
                page.frame_locator("#tool-frame").get_by_role("navigation", name="Course pages")
            ).to_be_visible()
        except BaseException as problem:
            problem.add_note(f"The frames are at {[frame.url for frame in page.frames]}.")
            raise
        frame = page.frame(name="tool-frame")
        assert frame
        return cls(page, frame)

    @classmethod
    def enter_in_window(cls, page: Page, at: AtLms, person: str, entrance: Entrance) -> Self:
        """The activity without the frame, as by the LMS's link for a new window."""
        page.goto(window_address(at, person, entrance))
        expect(page.get_by_role("navigation", name="Course pages")).to_be_visible()
        return cls(page, page.main_frame)

    @property
    def base(self) -> str:
        """The address below which this launch's pages stand."""
        parts = urlsplit(self.tool.url)
        return f"{parts.scheme}://{parts.netloc}/l/{self.launch_id}"

    @property
    def launch_id(self) -> str:
        return self.part_of_address("l")

    def part_of_address(self, after: str) -> str:
        """The id that stands behind `after` in the frame's address: ".../threads/<id>"."""
        found = re.search(rf"/{after}/([0-9a-f-]{{36}})(?:[/?#]|$)", self.tool.url)
        assert found, f"no id behind {after} in {self.tool.url}"
        return found[1]

    def space(self, name: str) -> None:
        """Go to one of the course's spaces, and be there."""
        # The page may be the same once more, and a click on one that is being left is lost.
        self.tool.evaluate("document.body.dataset.left = ''")
        self.tool.get_by_role("navigation", name="Course pages").get_by_role("link", name=name).click()
        expect(self.tool.locator("body")).not_to_have_attribute("data-left", "")

    def heading(self, text: str) -> None:
        """Be on the page with this heading, and nothing moves any more."""
        expect(self.tool.get_by_role("heading", level=1)).to_have_text(text)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is at rest, and the frame as tall as the tool's page wants it.

        Until then the LMS's page may still move, and a click hits what has just stood there.
        """
        self.page.evaluate(_AT_REST)

    def post_with(self, text: str) -> Locator:
        """The post that says this."""
        return self.tool.get_by_role("article").filter(has_text=text)

    def id_of_post_with(self, text: str) -> str:
        """The id of that post, by its anchor."""
        anchor = self.post_with(text).get_attribute("id") or ""
        assert anchor.startswith("post-"), f"no post's anchor: {anchor}"
        return anchor.removeprefix("post-")

    def post_thread(self, title: str, body: str) -> str:
        """The new thread's id."""
        self.space("Discuss")
        self.tool.get_by_role("link", name="New thread").click()
        self.heading("New thread")
        self.tool.get_by_label("Title").fill(title)
        self.tool.get_by_label("Your post").fill(body)
        # The field grows with several lines, and the button moves.
        self.settle()
        self.tool.get_by_role("button", name="Post thread").click()
        self.heading(title)
        return self.part_of_address("threads")

"""What the LMS learns while it runs: added links, copied courses, line items and scores, in one JSON file.

Every method takes the lock, and every change is on disk before its method returns.
"""

import json
import threading
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lti_tool.demo.lms.catalogue import COURSES, Course, Link, course_by_key
from lti_tool.demo.lms.files import write_private
from lti_tool.demo.lms.moments import parse_moment

Json = dict[str, Any]
MOST_COPIES = 100


class State:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._data = _load(path)
        if not path.exists():
            self._save()

    def _save(self) -> None:
        write_private(self._path, json.dumps(self._data, indent=1).encode())

    # Courses

    def courses(self) -> tuple[Course, ...]:
        with self._lock:
            return (*COURSES, *(_course(copy) for copy in self._data["copies"]))

    def course(self, key: str) -> Course | None:
        with self._lock:
            copies = [_course(copy) for copy in self._data["copies"] if copy["key"] == key]
        return course_by_key(key) or next(iter(copies), None)

    def copy_course(self, course: Course) -> Course | None:
        """A new course with the same links under new ids, with history; None where there are too many."""
        links = self.links(course)
        with self._lock:
            number = len(self._data["copies"]) + 1
            if number > MOST_COPIES:
                return None
            copy = {
                "key": f"copy-{number}",
                "context_id": str(uuid.uuid4()),
                "label": course.label,
                "title": f"{course.title} (copy {number})",
                "summary": course.summary,
                "history": [course.context_id, *course.history],
            }
            self._data["copies"].append(copy)
            self._data["links"][copy["key"]] = [
                {**_kept(link), "id": str(uuid.uuid4()), "history": [link.id, *link.history]}
                for link in links
            ]
            self._save()
        return _course(copy)

    # Which LMS it behaves as

    def habits(self) -> str:
        """The key of what somebody chose; empty for the specifications."""
        with self._lock:
            chosen: str = self._data["habits"]
        return chosen

    def choose_habits(self, key: str) -> None:
        with self._lock:
            self._data["habits"] = key
            self._save()

    # Where the tool wants to be told of things, by the type of the notice

    def notice_handlers(self) -> dict[str, str]:
        with self._lock:
            return dict(self._data["notice_handlers"])

    def put_notice_handler(self, name: str, handler: str) -> None:
        with self._lock:
            self._data["notice_handlers"][name] = handler
            self._save()

    # Links

    def links(self, course: Course) -> tuple[Link, ...]:
        with self._lock:
            added = [
                Link(**{**link, "history": tuple(link.get("history", ()))})
                for link in self._data["links"].get(course.key, [])
            ]
        return (*course.links, *added)

    def link(self, course: Course, link_id: str) -> Link | None:
        return next((link for link in self.links(course) if link.id == link_id), None)

    def add_links(self, course: Course, added: Iterable[tuple[Link, Json | None]]) -> None:
        """Append links to a course, each with the line item that it came with."""
        with self._lock:
            for link, line_item in added:
                self._data["links"].setdefault(course.key, []).append(_kept(link))
                if line_item is not None:
                    self._add_line_item(course, {**line_item, "resourceLinkId": link.id})
            self._save()

    # Line items. The key that stands for the id in addresses is kept beside the item, not in it.

    def line_items(self, course: Course) -> dict[str, Json]:
        with self._lock:
            items = self._data["line_items"].get(course.key, {})
            return {item_id: dict(item) for item_id, item in items.items()}

    def line_item(self, course: Course, item_id: str) -> Json | None:
        return self.line_items(course).get(item_id)

    def add_line_item(self, course: Course, item: Mapping[str, Any]) -> str:
        with self._lock:
            item_id = self._add_line_item(course, item)
            self._save()
        return item_id

    def _add_line_item(self, course: Course, item: Mapping[str, Any]) -> str:
        item_id = uuid.uuid4().hex
        self._data["line_items"].setdefault(course.key, {})[item_id] = dict(item)
        return item_id

    def replace_line_item(self, course: Course, item_id: str, item: Mapping[str, Any]) -> bool:
        with self._lock:
            items = self._data["line_items"].get(course.key, {})
            if item_id not in items:
                return False
            items[item_id] = dict(item)
            self._save()
        return True

    def delete_line_item(self, course: Course, item_id: str) -> bool:
        with self._lock:
            if self._data["line_items"].get(course.key, {}).pop(item_id, None) is None:
                return False
            self._data["scores"].pop(item_id, None)
            self._save()
        return True

    # Scores: the latest for each person and line item

    def scores(self, item_id: str) -> dict[str, Json]:
        with self._lock:
            return {sub: dict(score) for sub, score in self._data["scores"].get(item_id, {}).items()}

    def put_score(self, course: Course, item_id: str, score: Json) -> bool | None:
        """Keep a score. False when it is not newer than the one kept, None when the line item is gone."""
        with self._lock:
            if item_id not in self._data["line_items"].get(course.key, {}):
                return None
            kept = self._data["scores"].setdefault(item_id, {})
            before = kept.get(score["userId"])
            if before is not None and not _newer(score, before):
                return False
            kept[score["userId"]] = dict(score)
            self._save()
        return True


def _kept(link: Link) -> Json:
    return {
        "id": link.id,
        "title": link.title,
        "description": link.description,
        "custom": dict(link.custom),
        "url": link.url,
        "history": list(link.history),
    }


def _course(copy: Mapping[str, Any]) -> Course:
    return Course(**{**copy, "history": tuple(copy["history"]), "links": ()})


def _newer(score: Json, before: Json) -> bool:
    now, then = parse_moment(score["timestamp"]), parse_moment(before["timestamp"])
    return then is None or (now is not None and now > then)


def _load(path: Path) -> Json:
    if not path.exists():
        return _first_state()
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        data = None
    if not isinstance(data, dict) or not {"links", "line_items", "scores"} <= data.keys():
        raise ValueError(f"{path} is damaged; delete it to start the demo LMS afresh")
    # These came later than the rest.
    return {"copies": [], "notice_handlers": {}, "habits": "", **data}


def _first_state() -> Json:
    """A gradebook with a column for each graded activity, as an instructor would have set it up."""
    line_items = {
        course.key: {
            uuid.uuid4().hex: {"label": link.title, "scoreMaximum": 10, "resourceLinkId": link.id}
            for link in course.links
            if link.graded
        }
        for course in COURSES
    }
    return {
        "links": {},
        "line_items": line_items,
        "scores": {},
        "copies": [],
        "notice_handlers": {},
        "habits": "",
    }

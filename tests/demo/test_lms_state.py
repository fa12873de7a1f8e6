"""What the LMS keeps: across restarts, apart from other LMSs, whole under concurrent writes."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from lti_tool.demo.lms import Launch, Lms, LmsConfig, create_lms
from lti_tool.demo.lms.catalogue import PEOPLE, Course, Link
from lti_tool.demo.lms.once import MOST_KEPT, SeenOnce, Tickets

ANA = PEOPLE[0]


def score(timestamp: str, person: str = ANA.sub) -> dict[str, object]:
    return {"userId": person, "timestamp": timestamp, "activityProgress": "x", "gradingProgress": "x"}


def test_a_restart_keeps_keys_links_line_items_and_scores(lms: Lms, course: Course) -> None:
    link = Link(id="added", title="Added", custom={"a": "b"})
    lms.state.add_links(course, [(link, {"label": "Added", "scoreMaximum": 3})])
    item_id = lms.state.add_line_item(course, {"label": "More", "scoreMaximum": 1})
    lms.state.put_score(course, item_id, score("2026-05-03T09:00:00Z"))
    again = Lms(lms.config)
    assert again.key.jwks() == lms.key.jwks()
    assert again.state.link(course, "added") == link
    assert again.state.line_items(course) == lms.state.line_items(course)
    assert again.state.scores(item_id) == lms.state.scores(item_id)
    assert again.state.put_score(course, item_id, score("2026-05-03T09:00:00Z")) is False


def test_a_deleted_line_item_stays_deleted(lms: Lms, course: Course) -> None:
    [item_id] = lms.state.line_items(course)
    assert lms.state.delete_line_item(course, item_id)
    assert Lms(lms.config).state.line_items(course) == {}
    assert lms.state.put_score(course, item_id, score("2026-05-03T09:00:00Z")) is None


def test_files_are_private_and_whole(lms: Lms) -> None:
    files = list(lms.config.data_dir.iterdir())
    assert {file.name for file in files} == {"lms-signing-key.pem", "lms-state.json"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_two_lmss_share_nothing(lms: Lms, lms_config: LmsConfig, course: Course, tmp_path: Path) -> None:
    other: Lms = create_lms(replace(lms_config, data_dir=tmp_path / "other")).extensions["lms"]
    assert other.key.kid != lms.key.kid
    lms.state.add_line_item(course, {"label": "x", "scoreMaximum": 1})
    assert len(other.state.line_items(course)) == 1
    hint = lms.launches.issue(Launch(person=ANA, course=course, link=None))
    assert other.launches.take(hint) is None
    token = lms.access_tokens.issue(frozenset({"x"}))
    assert other.access_tokens.scopes(token) is None


def test_concurrent_writes_are_all_kept(lms: Lms, course: Course) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: lms.state.add_line_item(course, {"label": str(n), "scoreMaximum": 1}), range(40)
            )
        )
    assert len(Lms(lms.config).state.line_items(course)) == 41


def test_a_ticket_goes_to_one_taker() -> None:
    tickets = Tickets[int](60)
    token = tickets.issue(5)
    with ThreadPoolExecutor(8) as pool:
        taken = [value for value in pool.map(tickets.take, [token] * 20) if value is not None]
    assert taken == [5]


def test_tickets_are_bounded() -> None:
    tickets = Tickets[int](60)
    first = tickets.issue(0)
    for number in range(MOST_KEPT):
        tickets.issue(number)
    last = tickets.issue(-1)
    assert tickets.take(first) is None
    assert tickets.take(last) == -1


def test_an_identifier_is_new_once() -> None:
    seen = SeenOnce()
    assert seen.first_time("x", until=10**11)
    assert not seen.first_time("x", until=10**11)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_damaged_state_file_is_named(lms_config: LmsConfig, content: str) -> None:
    (lms_config.data_dir / "lms-state.json").write_text(content)
    with pytest.raises(ValueError, match=r"lms-state\.json is damaged"):
        create_lms(lms_config)


@pytest.mark.parametrize(
    "change", [{"issuer": "http://lms.test/"}, {"tool_url": "tool.test"}, {"issuer": "ftp://x"}]
)
def test_addresses_are_checked(lms_config: LmsConfig, change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must be an http"):
        replace(lms_config, **change)  # type: ignore[arg-type]

"""Numbers of the analyst's page, counted by hand."""

from datetime import date, timedelta

import pytest

from lti_tool.demo.lms.analyst import charts, words
from lti_tool.demo.lms.analyst.acts import Act
from lti_tool.demo.lms.analyst.figures import (
    MOST_BARS,
    By,
    Kind,
    Outcome,
    Period,
    help_waits,
    network,
    outcomes,
    participation,
    thread_waits,
)
from tests.demo.acts import MONDAY, about, act, doubt, plan, reply, report, solution, thing, topic
from xapi import vocabulary

ALWAYS = Period()
FIRST = MONDAY.date()


def hours(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(hours=number) for number in numbers)


def test_acts_are_counted_by_week_from_monday() -> None:
    asked = doubt("d", "ana", hours=3)
    acts = [
        topic("t", "ana"),
        asked,
        about(vocabulary.EDITED, "ana", asked, hours=4),
        solution("s", "tom", asked, hours=167.9),
        act("tom", vocabulary.LAUNCHED, thing("placement", vocabulary.RESOURCE_LINK), hours=167),
        plan("p", "tom", hours=168),
    ]
    found = participation(acts, ALWAYS, By.WEEK)
    assert [(one.start, one.people) for one in found.bins] == [(FIRST, 2), (date(2026, 5, 11), 1)]
    assert found.bins[0].counts == {Kind.DISCUSS: 1, Kind.HELP: 2, Kind.WORK: 0, Kind.OTHER: 1, Kind.CAME: 1}
    assert found.bins[1].counts[Kind.WORK] == 1


def test_a_day_is_a_day_in_utc_whatever_zone_a_statement_names() -> None:
    late_here = topic("t", "ana", timestamp="2026-05-05T01:30:00+02:00")
    early_there = topic("u", "ana", timestamp="2026-05-04T22:30:00.5-03:30")
    found = participation([late_here, early_there], ALWAYS, By.DAY)
    assert [(one.start.day, one.counts[Kind.DISCUSS]) for one in found.bins] == [(4, 1), (5, 1)]


def test_days_on_which_nothing_was_done_are_there_too() -> None:
    acts = [topic("t", "ana"), topic("u", "ana", hours=72)]
    found = participation(acts, Period(since=FIRST - timedelta(days=1)), None)
    assert found.by is By.DAY
    assert [one.counts[Kind.DISCUSS] for one in found.bins] == [0, 1, 0, 0, 1]


def test_a_period_has_both_its_ends() -> None:
    acts = [topic("t", "ana"), topic("u", "ana", hours=47.99), topic("v", "ana", hours=48)]
    found = participation(acts, Period(since=FIRST, until=FIRST + timedelta(days=1)), By.DAY)
    assert [one.counts[Kind.DISCUSS] for one in found.bins] == [1, 1]


def test_what_would_be_too_many_bars_is_drawn_coarser() -> None:
    acts = [topic("t", "ana"), topic("u", "ana", hours=24 * 70)]
    assert participation(acts, ALWAYS, By.DAY).by is By.WEEK
    acts.append(topic("v", "ana", hours=24 * 900))
    found = participation(acts, ALWAYS, By.DAY)
    assert (found.by, found.is_clipped) == (By.MONTH, False)
    assert sum(one.counts[Kind.DISCUSS] for one in found.bins) == 3
    old = participation([*acts, topic("w", "ana", hours=-24 * 9000)], ALWAYS, None)
    assert (len(old.bins), old.is_clipped) == (MOST_BARS, True)


@pytest.mark.parametrize("by", [None, *By])
def test_a_period_of_all_centuries_is_shown_where_something_was_done(by: By | None) -> None:
    found = participation([topic("t", "ana")], Period(since=date.min, until=date.max), by)
    assert sum(one.counts[Kind.DISCUSS] for one in found.bins) == 1
    edges = [topic("t", "ana", timestamp=f"{year}-01-01T00:00:00Z") for year in ("0001", "9999")]
    assert len(participation(edges, ALWAYS, by).bins) == MOST_BARS


def test_people_are_named_accounts_and_no_others() -> None:
    acts = [
        topic("t", "ana"),
        topic("u", "0ffee", anonymous=True),
        topic("v", "5eed", anonymous=True),
        act("system", vocabulary.FLAGGED, thing("t", vocabulary.FORUM_TOPIC), anonymous=True),
    ]
    [one] = participation(acts, ALWAYS, By.DAY).bins
    assert one.people == 1
    assert one.counts == {Kind.DISCUSS: 3, Kind.HELP: 0, Kind.WORK: 0, Kind.OTHER: 1, Kind.CAME: 0}


def test_the_first_answer_of_somebody_else_counts() -> None:
    asked = doubt("d", "ana")
    acts = [
        asked,
        solution("own", "ana", asked, hours=1),
        solution("second", "yusuf", asked, hours=5),
        solution("first", "tom", asked, hours=2),
        solution("tie", "priya", asked, hours=2),
    ]
    found = help_waits(acts, ALWAYS)
    assert (found.waits, found.unanswered, found.median) == (hours(2), 0, timedelta(hours=2))


def test_ones_own_answer_is_none_and_resolved_is_not_waiting() -> None:
    alone, waiting, late = doubt("alone", "ana"), doubt("waiting", "ana"), doubt("late", "ana")
    acts = [
        alone,
        waiting,
        late,
        solution("s", "ana", alone, hours=1),
        about(vocabulary.RESOLVED, "ana", alone, hours=2),
        about(vocabulary.RESOLVED, "ana", late, hours=2),
        solution("after all", "tom", late, hours=3),
    ]
    found = help_waits(acts, ALWAYS)
    assert (found.waits, found.unanswered, found.resolved_alone) == (hours(3), 1, 1)
    assert found.openings == 3
    again = about(vocabulary.REOPENED, "ana", alone, hours=4)
    found = help_waits([again, *acts], ALWAYS)
    assert (found.unanswered, found.resolved_alone) == (2, 0)


def test_the_median_is_between_the_two_in_the_middle() -> None:
    threads = [topic(f"t{number}", "ana") for number in range(5)]
    acts: list[Act] = [
        *threads,
        *(reply(f"r{n}", "tom", threads[n], hours=wait) for n, wait in enumerate((1, 2, 4, 100))),
    ]
    found = thread_waits(acts, ALWAYS)
    assert found.median == timedelta(hours=3)
    assert (found.waits, found.unanswered) == (hours(1, 2, 4, 100), 1)
    assert thread_waits(acts[:5], ALWAYS).median is None
    assert [count for _, count, _ in words.waited(found, resolves=False)] == [0, 2, 1, 0, 1, 0, 1]


def test_a_limit_belongs_to_the_longer_ones() -> None:
    threads = [topic(f"t{number}", "ana") for number in range(2)]
    acts = [*threads, reply("a", "tom", threads[0], hours=1), reply("b", "tom", threads[1], hours=0.999)]
    assert thread_waits(acts, ALWAYS).up_to([timedelta(hours=1)]) == [1, 1]


def test_withdrawn_and_hidden_posts_are_no_answers_and_restored_ones_are() -> None:
    asked, other = doubt("d", "ana"), doubt("e", "ana")
    withdrawn = solution("w", "tom", asked, hours=1)
    hidden, shown = solution("h", "tom", asked, hours=2), solution("s", "tom", other, hours=3)
    acts = [
        asked,
        other,
        withdrawn,
        hidden,
        shown,
        about(vocabulary.DELETED, "tom", withdrawn, hours=9),
        about(vocabulary.REMOVED, "ines", hidden, hours=9),
        # In another order than they were done in.
        about(vocabulary.RESTORED, "ines", shown, hours=11),
        about(vocabulary.REMOVED, "ines", shown, hours=10),
    ]
    found = help_waits(acts, ALWAYS)
    assert (found.waits, found.unanswered) == (hours(3), 1)
    gone = [*acts, about(vocabulary.DELETED, "ana", asked, hours=12)]
    assert help_waits(gone, ALWAYS).openings == 1


def test_an_edit_makes_nothing_new() -> None:
    thread = topic("t", "ana")
    answer = reply("r", "tom", thread, hours=2)
    edits = [
        about(vocabulary.EDITED, "ana", thread, hours=50),
        about(vocabulary.EDITED, "tom", answer, hours=60),
    ]
    found = thread_waits([*edits, thread, answer], ALWAYS)
    assert (found.waits, found.openings) == (hours(2), 1)


def test_who_asks_anonymously_does_not_answer_themself() -> None:
    asked = doubt("d", "0ffee", anonymous=True)
    own = solution("s", "0ffee", asked, hours=1, anonymous=True)
    assert help_waits([asked, own], ALWAYS).unanswered == 1
    other = solution("o", "5eed", asked, hours=2, anonymous=True)
    assert help_waits([asked, own, other], ALWAYS).waits == hours(2)
    # Another account of the same name elsewhere is another.
    assert help_waits([asked, solution("x", "0ffee", asked, hours=3)], ALWAYS).waits == hours(3)


def test_the_period_is_of_the_questions_and_not_of_the_answers() -> None:
    asked = doubt("d", "ana", hours=23)
    acts = [asked, solution("s", "tom", asked, hours=30), doubt("later", "ana", hours=25)]
    found = help_waits(acts, Period(until=FIRST))
    assert (found.waits, found.openings) == (hours(7), 1)


def test_a_clock_that_was_set_back_makes_no_wait_negative() -> None:
    asked = doubt("d", "ana", hours=2)
    assert help_waits([solution("s", "tom", asked, hours=1), asked], ALWAYS).waits == hours(0)


def test_a_plan_counts_once_by_its_last_report() -> None:
    did, again, changed, other, open_, late = (plan(name, due="2026-05-20") for name in "abcdef")
    alone = report(plan("from before"), "did", hours=3)
    acts = [
        *(did, again, changed, other, open_, late),
        report(did, "not_yet", hours=2),
        report(did, "did", hours=3),
        # Two at the same moment: the one that was stored later.
        report(again, "tried", hours=4),
        report(again, "not_yet", hours=4),
        report(changed, "changed", hours=5),
        report(other, "postponed", hours=6),
        alone,
    ]
    found = outcomes(acts, ALWAYS, today=date(2026, 5, 20))
    assert found.planned == 6
    assert found.by_outcome == {
        Outcome.DID: 1,
        Outcome.TRIED: 0,
        Outcome.NOT_YET: 1,
        Outcome.CHANGED: 1,
        Outcome.UNKNOWN: 1,
        Outcome.OPEN: 2,
    }
    assert (found.overdue, found.reports_alone) == (0, 1)
    assert outcomes(acts, ALWAYS, today=date(2026, 5, 21)).overdue == 2
    assert outcomes(acts, Period(since=date(2026, 6, 1)), today=date(2026, 6, 1)).planned == 0


def edges(acts: list[Act], period: Period = ALWAYS, most: int = 24) -> dict[tuple[str, str], int]:
    found = network(acts, period, most=most).edges
    return {(source.split()[1], target.split()[1]): count for (source, target), count in found.items()}


def test_replies_lead_to_whoever_wrote_what_they_answer() -> None:
    thread = topic("t", "ana")
    first = reply("r1", "tom", thread, hours=1)
    to_first = reply("r2", "ana", first, thread, hours=2)
    own = reply("r3", "ana", thread, hours=3)
    # Without a reference the nearest parent says it; the thread comes first among them.
    by_parents = act(
        "yusuf", vocabulary.REPLIED, thing("r4", vocabulary.FORUM_REPLY), parents=["t", "r1"], hours=4
    )
    lost = act("yusuf", vocabulary.REPLIED, thing("r5", vocabulary.FORUM_REPLY), parents=["gone"], hours=5)
    asked = doubt("d", "tom")
    acts = [thread, first, to_first, own, by_parents, lost, asked, solution("s", "ana", asked, hours=1)]
    assert edges(acts) == {("tom", "ana"): 1, ("ana", "tom"): 2, ("yusuf", "tom"): 1}
    found = network(acts, ALWAYS, most=24)
    assert (found.to_oneself, found.unplaced, found.left_out) == (1, 1, 0)
    assert [(node.actor.account, node.given, node.got) for node in found.nodes] == [
        ("tom", 1, 3),
        ("ana", 2, 1),
        ("yusuf", 1, 0),
    ]


def test_anonymous_accounts_are_marked_and_never_put_together() -> None:
    first, second = topic("t", "ana"), topic("u", "ana")
    acts = [
        first,
        second,
        reply("r", "0ffee", first, hours=1, anonymous=True),
        reply("s", "5eed", second, hours=1, anonymous=True),
    ]
    found = network(acts, ALWAYS, most=24)
    assert sorted((node.actor.account, node.actor.is_unnamed) for node in found.nodes) == [
        ("0ffee", True),
        ("5eed", True),
        ("ana", False),
    ]


def test_of_many_accounts_those_are_shown_who_answer_each_other_most() -> None:
    thread, other = topic("t", "ana"), topic("u", "zoe")
    acts = [
        thread,
        other,
        *(reply(f"r{n}", f"p{n % 40}", thread, hours=n) for n in range(60)),
        *(reply(f"s{n}", "yan", other, hours=n) for n in range(9)),
    ]
    found = network(acts, ALWAYS, most=24)
    assert (len(found.nodes), found.left_out) == (24, 19)
    assert set(found.edges.values()) == {1, 2, 9}
    assert [node.actor.account for node in found.nodes[:3]] == ["ana", "yan", "zoe"]
    drawn = charts.ring(found)
    assert len(drawn.lines) == len(found.edges) == 22
    assert [pair[2] for pair in drawn.pairs[:2]] == [9, 2]
    assert max(line.width for line in drawn.lines) == 4


def test_bars_have_the_height_of_their_numbers() -> None:
    acts = [topic(f"t{number}", "ana") for number in range(6)] + [doubt("d", "ana"), doubt("e", "tom")]
    [one] = participation(acts, ALWAYS, By.DAY).bins
    chart = charts.columns([one], ["4 May"])
    lower, upper = chart.bars
    assert [tick.text for tick in chart.ticks] == ["0", "4", "8"]
    assert (lower.style, upper.style) == ("discuss", "help")
    assert lower.height == pytest.approx(3 * upper.height)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert lower.y + lower.height == pytest.approx(chart.base)
    assert upper.y == pytest.approx(chart.ticks[-1].y)


def test_charts_of_nothing_have_nothing_in_them() -> None:
    assert charts.columns([], []).bars == ()
    assert charts.rows([("None", 0, "done")]).rows[0].width == 0
    assert charts.ring(network([], ALWAYS, most=24)).dots == ()


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=0.4), "0 s"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=26, minutes=59), "1 d 2 h"),
    ],
)
def test_lengths_of_time_are_said_in_two_units(length: timedelta, said: str) -> None:
    assert words.long(length) == said

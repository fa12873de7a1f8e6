"""Roles that go round, in the browser: turned on, seen, passed on, summed up, and faded."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewContext
from tests.browser.running import Demo
from tests.browser.test_pages import look_at
from tests.browser.test_shapes import INES
from tests.browser.visits import ANA, TALK, Visit

pytestmark = pytest.mark.browser


def give(ines: Visit, role: str, person: str) -> None:
    """By keyboard."""
    row = ines.tool.get_by_role("listitem").filter(has=ines.tool.get_by_label(role))
    row.get_by_role("combobox").select_option(label=person)
    button = row.get_by_role("button", name="Give the role")
    button.focus()
    button.press("Enter")
    expect(ines.tool.get_by_label(role).locator("option:checked")).to_have_text(person)


def test_a_round_from_the_drawing_to_its_end(new_context: NewContext, demo: Demo) -> None:
    ines = Visit.enter_in_window(new_context().new_page(), demo, INES, TALK)
    ines.tool.goto(f"{ines.base}/activity")
    ines.tool.get_by_role("link", name="Rotating roles").click()
    ines.heading("Rotating roles")
    look_at(ines.page, "roles-off")
    ines.tool.get_by_label("How many rounds?").fill("9")
    ines.tool.get_by_role("button", name="Start rotating roles").click()
    expect(ines.tool.get_by_role("link", name="Please enter a number")).to_be_visible()
    look_at(ines.page, "roles-wrong")
    ines.tool.get_by_label("How many rounds?").fill("3")
    ines.tool.get_by_role("button", name="Start rotating roles").click()
    expect(ines.tool.get_by_text("Round 1 of 3")).to_be_visible()
    give(ines, "Starter", "Ana Ruiz")
    look_at(ines.page, "roles-on")

    ana = Visit.enter_in_window(new_context().new_page(), demo, ANA, TALK)
    ana.tool.goto(f"{ana.base}/threads")
    role = ana.tool.get_by_role("region", name="Your role: starter")
    expect(role).to_contain_text("several good answers")
    look_at(ana.page, "roles-list")
    role.get_by_role("link", name="Start the round").click()
    expect(ana.tool.get_by_text("You are the starter of this round.")).to_be_visible()
    look_at(ana.page, "roles-starter")
    ana.tool.goto(f"{ana.base}/threads")
    button = role.get_by_role("button", name="Pass on the role")
    button.focus()
    button.press("Enter")
    expect(role).to_have_count(0)

    give(ines, "Synthesiser", "Ana Ruiz")
    thread = ines.post_thread("What would you try first?", "And what speaks **against** it?")
    ana.tool.goto(f"{ana.base}/threads/{thread}")
    expect(ana.tool.get_by_text("You are the synthesiser of this round.")).to_be_visible()
    look_at(ana.page, "roles-thread")
    ana.tool.locator("#composer").get_by_role("link", name="Write the synthesis").click()
    ana.heading("Synthesis of the thread")
    look_at(ana.page, "roles-synthesis")
    ana.tool.get_by_label("Synthesis").fill("We agree to ask first.")
    ana.tool.get_by_label("What is it based on?").fill("All of it.")
    ana.tool.get_by_role("button", name="Post synthesis").click()
    expect(ana.tool.get_by_role("region", name="Synthesis")).to_contain_text("We agree to ask first.")

    demo.run(
        "update role_round set begins_at = begins_at - interval '30 days',"
        " ends_at = ends_at - interval '30 days'"
    )
    ana.tool.goto(f"{ana.base}/threads")
    ana.tool.locator("summary", has_text="Roles").click()
    expect(ana.tool.get_by_text("without roles")).to_be_visible()
    look_at(ana.page, "roles-faded")
    ines.tool.goto(f"{ines.base}/roles")
    expect(ines.tool.get_by_text("Finished.")).to_be_visible()
    ines.tool.get_by_role("button", name="Turn off roles").click()
    expect(ines.tool.get_by_role("button", name="Start rotating roles")).to_be_visible()

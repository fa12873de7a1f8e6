"""Words to begin with, by what somebody is about to write (reference: product.md T7, H6, H11, D3)."""

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A short text that one fills in, and what it is called."""

    label: LazyString
    text: LazyString


THREAD = (
    Scaffold(
        lazy_gettext("Open question"),
        lazy_gettext("In my work I …\n\nSo far I think …, because …\n\nHow is it with you, and why?\n"),
    ),
    Scaffold(
        lazy_gettext("A case"),
        lazy_gettext(
            "**What happened** \n…\n\n**What I did, and why** \n…\n\n**How it went** \n…\n\n"
            "**What would you have done?** \n"
        ),
    ),
    Scaffold(
        lazy_gettext("Two sides"),
        lazy_gettext("**For it** \n- …\n\n**Against it** \n- …\n\nWhere do you stand, from your own work?\n"),
    ),
)
STARTER = (
    Scaffold(
        lazy_gettext("Start the round"),
        lazy_gettext(
            "In my work I …\n\nOne could …, because …\n\nOne could also …, because …\n\n"
            "What would you do in your own work, and what speaks against it?\n"
        ),
    ),
)
SYNTHESIS = (
    Scaffold(
        lazy_gettext("Agreed, different, open"),
        lazy_gettext(
            "**What we agree on** \n- …\n\n**Where we differ, and why** \n- …\n\n**What is open** \n- …\n"
        ),
    ),
)
CASE = (
    Scaffold(
        lazy_gettext("A case"),
        lazy_gettext(
            "**The situation** \n…\n\n**What I tried, and how it went** \n…\n\n"
            "**What I want to know from you** \n…\n"
        ),
    ),
)
CASE_QUESTION = (
    Scaffold(
        lazy_gettext("A question"),
        lazy_gettext("What happened just before …?\n\nWhat would … say about it?\n"),
    ),
)
CASE_IDEA = (
    Scaffold(
        lazy_gettext("An idea"),
        lazy_gettext("In your place I would …\n\nbecause with us …\n\nWhat could go wrong: …\n"),
    ),
)
TAKING_ALONG = (
    Scaffold(
        lazy_gettext("My takeaways"),
        lazy_gettext(
            "What I see differently now: …\n\nWhat I will try first, and when: …\n\n"
            "What stays open for me: …\n"
        ),
    ),
)
REPLY = (
    Scaffold(
        lazy_gettext("Build on it"),
        lazy_gettext("What I take from this: …\n\nI would add …, because in my work …\n"),
    ),
    Scaffold(
        lazy_gettext("Offer another view"),
        lazy_gettext(
            "I can see why …\n\nI have known it to be different: …\n\nWhat would have to be true for both?\n"
        ),
    ),
)
TRIED = (
    Scaffold(
        lazy_gettext("What I tried"),
        lazy_gettext("1. First I …, and then …\n2. After that I …, and then …\n\nWhat I have ruled out: …\n"),
    ),
)
ANSWER = (
    Scaffold(
        lazy_gettext("Explain"),
        lazy_gettext(
            "Try …\n\nIt works because …\n\nFor example: …\n\nTo check it: would it still work if …?\n"
        ),
    ),
    Scaffold(
        lazy_gettext("Give a hint"),
        lazy_gettext("Have you looked at …?\n\nWhat happens when you …?\n"),
    ),
)
PROMPT = (
    Scaffold(
        lazy_gettext("From their own work"),
        lazy_gettext(
            "Think of a time at work when …\n\nWhat did you do, and what would you do now? Say why.\n"
        ),
    ),
    Scaffold(
        lazy_gettext("What would you do?"),
        lazy_gettext(
            "**The situation** \n…\n\nWhat would you do first in your team, and what speaks against it?\n"
        ),
    ),
    Scaffold(
        lazy_gettext("Case clinic"),
        lazy_gettext(
            "Bring a case of your own that is not solved yet: what happened, what you tried, where you are "
            "stuck.\n\n"
            "Then ask two questions about somebody else's case before you suggest anything.\n"
        ),
    ),
)

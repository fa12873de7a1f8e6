"""What a Moodle 4.5 really sent: each message is let in, and arrives where its person wants to be."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from lti_tool.launch.models import LaunchKind
from tests.contract.launches.rows import Accepted
from tests.contract.launches.scene import Scene
from tests.launch.platform import LTI, Platform

_SENT = json.loads((Path(__file__).parent / "moodle-4.5.json").read_bytes())
MESSAGES: dict[str, dict[str, Any]] = _SENT["messages"]
LOCALES: list[str] = _SENT["locales"]
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COLUMN = "https://lms.example/mod/lti/services.php/2/lineitems/9/lineitem?type_id=1"


def opened(platform: Platform, *, recorded: str, line_item: str | None = None) -> None:
    """Somebody opens the activity that the message is about, while it has this column."""
    claims = {**MESSAGES[recorded], LTI + "message_type": "LtiResourceLinkRequest"}
    claims.pop(LTI + "for_user", None)
    if line_item:
        claims[GRADES] = {**claims[GRADES], "lineitem": line_item}
    scene = Scene(platform, "activity", cookie=True, login={})
    assert scene.arrive(scene.token_of(claims)).status_code == 200


def _moodle(recorded: str, **more: Any) -> Accepted:
    name = f"Moodle 4.5: {recorded.replace('_', ' ')}{more.pop('beside', '')}"
    return Accepted(name, recorded=MESSAGES[recorded], **{"role": "instructor", **more})


_review = partial(_moodle, kind=LaunchKind.SUBMISSION_REVIEW, message="review")

RECORDED: tuple[Accepted, ...] = (
    _moodle("resource_link_after_manual_column"),
    _moodle("resource_link_grade_box_unticked"),
    _moodle("resource_link_names_not_shared", role="learner"),
    _moodle("deep_linking_request", kind=LaunchKind.DEEP_LINKING, page="deep-linking", message="choose"),
    _review("submission_review_from_column_menu", page="grades",
            before=partial(opened, recorded="submission_review_from_column_menu")),
    _review("submission_review_without_lineitem", page="review",
            before=partial(opened, recorded="submission_review_without_lineitem", line_item=COLUMN)),
    _review("submission_review_without_lineitem", page="grades", beside=", of an activity without points",
            before=partial(opened, recorded="submission_review_without_lineitem")),
    _review("submission_review_by_learner", page="review", role="learner",
            before=partial(opened, recorded="submission_review_by_learner")),
    *(
        Accepted(
            f"a locale of Moodle's: {locale!r}",
            claims={LTI + "launch_presentation": {"locale": locale}, "locale": locale},
        )
        for locale in LOCALES
    ),
)  # fmt: skip

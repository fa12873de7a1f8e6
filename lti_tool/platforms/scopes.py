"""The OAuth scopes that the tool can make use of, as the specifications name them."""

from typing import Final

LINE_ITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
RESULT_READ: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERSHIP_READ: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
GROUP_READ: Final = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
NOTICE_HANDLERS: Final = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"

WANTED: Final = (LINE_ITEM, RESULT_READ, SCORE, MEMBERSHIP_READ, NOTICE_HANDLERS)
"""What is asked for where the tool is registered. A platform grants what it has of these.

GROUP_READ is asked for only where a platform says that it knows it: one that does not might refuse them all.
"""

"""Every table, gathered for migrations."""

from lti_tool.acceptance import models as acceptance
from lti_tool.admin import models as admin
from lti_tool.attachments import models as attachments
from lti_tool.audit import models as audit
from lti_tool.core.db import Base
from lti_tool.courses import models as courses
from lti_tool.drafts import models as drafts
from lti_tool.follow_ups import models as follow_ups
from lti_tool.following import models as following
from lti_tool.grades import models as grades
from lti_tool.help_requests import models as help_requests
from lti_tool.launch import models as launch
from lti_tool.marks import models as marks
from lti_tool.mentions import models as mentions
from lti_tool.moderation import models as moderation
from lti_tool.notices import models as notices
from lti_tool.people import models as people
from lti_tool.platforms import models as platforms
from lti_tool.posts import models as posts
from lti_tool.privacy import models as privacy
from lti_tool.record_store import models as record_store
from lti_tool.revisions import models as revisions
from lti_tool.rotation import models as rotation
from lti_tool.search import models as search
from lti_tool.statements import models as statements
from lti_tool.threads import models as threads

MODULES = (
    acceptance,
    admin,
    attachments,
    audit,
    courses,
    drafts,
    follow_ups,
    following,
    grades,
    help_requests,
    launch,
    marks,
    rotation,
    mentions,
    moderation,
    notices,
    people,
    platforms,
    posts,
    privacy,
    record_store,
    revisions,
    search,
    statements,
    threads,
)
METADATA = Base.metadata

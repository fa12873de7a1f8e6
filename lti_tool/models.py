"""Every table, gathered for migrations."""

from lti_tool.admin import models as admin
from lti_tool.core.db import Base
from lti_tool.courses import models as courses
from lti_tool.follow_ups import models as follow_ups
from lti_tool.grades import models as grades
from lti_tool.help_requests import models as help_requests
from lti_tool.launch import models as launch
from lti_tool.notices import models as notices
from lti_tool.people import models as people
from lti_tool.platforms import models as platforms
from lti_tool.posts import models as posts
from lti_tool.posts.attachments import models as attachments
from lti_tool.record_store import models as record_store
from lti_tool.statements import models as statements

MODULES = (
    admin,
    attachments,
    courses,
    follow_ups,
    grades,
    help_requests,
    launch,
    notices,
    people,
    platforms,
    posts,
    record_store,
    statements,
)
METADATA = Base.metadata

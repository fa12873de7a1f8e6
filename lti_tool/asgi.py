"""What a server's processes run: the tool with the environment's settings, as an ASGI application."""

import os

from lti_tool.app import create_app
from lti_tool.core.garbage import look_for_garbage_seldom
from lti_tool.logs import init_logs
from lti_tool.serving.application import InThreads
from lti_tool.settings import load_settings
from lti_tool.web.bodies import limits_of

# As by every command: files that are kept are for the owner alone.
os.umask(0o077)
init_logs()
tool = create_app(load_settings())
app = InThreads(tool, limits_of(tool))
look_for_garbage_seldom()

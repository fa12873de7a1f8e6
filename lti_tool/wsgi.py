"""The WSGI entry point: `app` for a server's workers, made from the environment's settings."""

import os

from lti_tool.app import create_app
from lti_tool.core.garbage import look_for_garbage_seldom
from lti_tool.logs import init_logs
from lti_tool.settings import load_settings

# As by every command: files that are kept are for the owner alone.
os.umask(0o077)
init_logs()
app = create_app(load_settings())
look_for_garbage_seldom()

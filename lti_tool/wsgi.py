"""The WSGI entry point: `app` for a server's workers, made from the environment's settings."""

import gc

from lti_tool.app import create_app
from lti_tool.logs import init_logs
from lti_tool.settings import load_settings

_NEW_OBJECTS = 20_000
"""Between two looks for garbage in cycles. A page makes thousands of objects, and hardly a cycle."""

init_logs()
app = create_app(load_settings())
# What is here by now stays: nobody looks through it again at each collection.
gc.collect()
gc.freeze()
gc.set_threshold(_NEW_OBJECTS, 20, 50)

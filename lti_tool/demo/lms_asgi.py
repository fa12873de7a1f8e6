"""The demo LMS as an ASGI application of its own process."""

import os
from pathlib import Path

from lti_tool.demo.lms import create_lms
from lti_tool.demo.settings import DemoSettings
from lti_tool.serving.application import InThreads
from lti_tool.web.bodies import limits_of

_lms = create_lms(
    DemoSettings(
        port=int(os.environ["SEGUE_DEMO_PORT"]),
        lms_port=int(os.environ["SEGUE_DEMO_LMS_PORT"]),
        data=Path(os.environ["SEGUE_DEMO_DATA"]),
        secret=os.environ["SEGUE_SECRET_KEY"],
    ).lms_config()
)
app = InThreads(_lms, limits_of(_lms), threads=4)

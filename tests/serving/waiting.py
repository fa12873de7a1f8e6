"""An application whose one page waits until a file is there; it says by another that it waits."""

import os
import threading
from pathlib import Path

from flask import Flask

from lti_tool.serving.application import InThreads
from lti_tool.web.bodies import limits_of

_folder = Path(os.environ["TEST_FOLDER"])
_app = Flask(__name__)


@_app.get("/")
def wait() -> str:
    pause = threading.Event()
    (_folder / "waits").touch()
    while not (_folder / "go").exists():
        pause.wait(0.05)
    return "Finished."


app = InThreads(_app, limits_of(_app))

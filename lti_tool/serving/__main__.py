"""`python -m lti_tool.serving module:application 8000` serves on this machine, by one process."""

import sys

from lti_tool.serving.server import serve

if __name__ == "__main__":
    serve(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), workers=1)

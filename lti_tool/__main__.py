"""`python -m lti_tool` is the `segue` command."""

from lti_tool.cli import main

main(prog_name="segue")

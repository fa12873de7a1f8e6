"""`segue demo`."""

from pathlib import Path

import click

from lti_tool.settings import var_dir

_PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--port", default=8000, show_default=True, type=_PORT, help="The tool's port.")
@click.option("--lms-port", default=8001, show_default=True, type=_PORT, help="The demo LMS's port.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: var_dir() / "demo",
    show_default="var/demo",
    help="Folder for the demo's data.",
)
@click.option("--reset", is_flag=True, help="Delete the demo's data and exit.")
def demo(port: int, lms_port: int, data: Path, *, reset: bool) -> None:
    """Run everything on this machine, with a small LMS and sample courses. Ctrl-C stops it."""
    from lti_tool.demo.run import reset_demo, run_demo  # half a second that no other command needs

    if reset:
        reset_demo(data)
    else:
        run_demo(port=port, lms_port=lms_port, data=data)

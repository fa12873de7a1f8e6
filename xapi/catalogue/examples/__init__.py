"""One statement of each event, made by a real act; its ids, addresses and moments are made alike.

tests/catalogue/test_examples.py compares them with what the tool makes, and says how they are written anew.
"""

from functools import cache
from importlib.resources import files


@cache
def example(event: str) -> str:
    """The statement as indented JSON text."""
    return files(__name__).joinpath(f"{event}.json").read_text(encoding="utf-8")

"""How often a process of pages looks for garbage."""

import gc

_NEW_OBJECTS = 20_000
"""Between two looks for garbage in cycles. A page makes thousands of objects, and hardly a cycle."""


def look_for_garbage_seldom() -> None:
    """What is here by now stays: nobody looks through it again at each collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)

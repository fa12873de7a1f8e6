"""The catalogue: every act that the tool records, as one row each.

The profiles (xapi/profile.py), the page that documents them and the check of every test's statements are made
from it.
"""

from xapi.catalogue.events import CHAPTERS, EVENTS
from xapi.catalogue.form import Carries, Event, Extension, Stands

__all__ = ["CHAPTERS", "EVENTS", "Carries", "Event", "Extension", "Stands"]

"""Following: how much a person wants to hear of a thread or an activity."""

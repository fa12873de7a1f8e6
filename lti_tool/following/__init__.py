"""Following: how much somebody wants to be told of a thread, or of an activity."""

"""Groups: which an activity is worked in, and those that staff make themselves."""

"""Posts: what every contribution shares, whichever activity it stands in."""

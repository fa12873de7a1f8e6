"""What staff do to others' contributions, kept for good."""

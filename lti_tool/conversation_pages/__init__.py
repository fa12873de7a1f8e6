"""Lists and pages of conversations, which threads and help requests share."""

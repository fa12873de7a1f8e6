"""Deep linking: an instructor chooses what to put into the course, and the platform gets a signed answer."""

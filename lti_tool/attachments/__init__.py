"""Files that go with a post: kept when they are chosen, attached when it is posted, swept otherwise."""

"""Files of posts: stored when chosen, attached when the post is written, deleted by a sweep otherwise."""

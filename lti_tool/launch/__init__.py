"""Launch: from the platform's login request to a session bound to one launch."""

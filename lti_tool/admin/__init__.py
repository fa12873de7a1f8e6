"""The administrator's page: platforms, keys and invitations, behind a sign-in of its own."""

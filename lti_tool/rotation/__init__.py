"""Roles that go round in a discussion, and fade: in each round a starter and a synthesiser, by turns."""

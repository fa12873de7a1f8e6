"""Rotating roles of a discussion: in each round a starter and a synthesiser, until the last round."""

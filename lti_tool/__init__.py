"""Segue: an LTI 1.3 tool for discussion, peer help and follow-ups, recorded as xAPI statements."""

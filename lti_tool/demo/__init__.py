"""Trying Segue on one machine: a small LMS, sample content, and one command that runs it all."""

"""Notices: what a platform tells the tool when nobody is there (Platform Notification Service 1.0)."""

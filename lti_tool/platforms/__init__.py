"""Platforms: registrations, deployments, keys; what differs between one LMS and another."""

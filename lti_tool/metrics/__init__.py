"""Figures for Prometheus: how statements and their record stores stand."""

"""Disputes, the grid and its leaders, the figures and the notices: one application."""

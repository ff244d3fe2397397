"""Peacekeeping deployment tracker: announced, approved, planned and deployed, each figure with its source."""

__version__ = "0.1.0"

"""Hik IP Receiver Pro."""

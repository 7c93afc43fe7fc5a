"""Hik IP Receiver Pro: alarm panels and other devices behind one receiver."""

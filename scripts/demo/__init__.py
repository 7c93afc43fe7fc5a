"""A real Home Assistant with this integration on simulated systems: for people to look at, and for end-to-end tests."""

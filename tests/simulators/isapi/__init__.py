"""Tests of the simulated ISAPI devices."""

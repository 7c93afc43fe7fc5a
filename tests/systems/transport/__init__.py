"""Tests of what every system shares to speak over HTTP."""

"""Tests of ISAPI devices."""

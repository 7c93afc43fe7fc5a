"""Tests of the systems, without Home Assistant."""

"""Tests of the simulated HikCentral platform."""

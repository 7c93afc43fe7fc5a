"""Tests of the integration, of its systems and of the simulated devices."""

"""Tests of HikCentral Professional."""

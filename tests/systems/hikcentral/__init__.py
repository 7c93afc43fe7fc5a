"""HikCentral Professional."""

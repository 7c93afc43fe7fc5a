"""HikCentral Professional: the platform's OpenAPI."""

"""ISAPI: a Hikvision-compatible device itself."""

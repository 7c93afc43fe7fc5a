"""Hikvision and Huawei video and security systems."""

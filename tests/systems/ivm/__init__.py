"""Huawei Cloud IVM."""

"""Huawei Cloud IVM: video management in the cloud."""

from .system import IvmSystem

__all__ = ["IvmSystem"]

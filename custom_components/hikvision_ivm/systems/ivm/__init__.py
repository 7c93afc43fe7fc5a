"""Huawei Cloud IVM: video management in the cloud."""

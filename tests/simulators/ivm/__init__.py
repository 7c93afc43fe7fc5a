"""Tests of the simulated Huawei Cloud IVM."""

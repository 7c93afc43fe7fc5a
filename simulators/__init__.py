"""The systems of this integration as real servers on loopback, for tests, the demo and benchmarks."""

"""The simulated receiver, tried with a client that knows nothing of the integration."""

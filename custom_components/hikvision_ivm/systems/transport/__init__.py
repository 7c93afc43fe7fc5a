"""What every system shares to speak over HTTP."""

"""Pure functions from samples and readings to figures."""

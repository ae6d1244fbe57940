"""`blue hooks run`."""

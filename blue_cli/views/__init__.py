"""Graph or findings in, text out. Pure."""

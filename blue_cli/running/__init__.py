"""Commands that answer as experts: started side by side, watched, and never left behind."""

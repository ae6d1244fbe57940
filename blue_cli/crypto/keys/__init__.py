"""Key providers: who turns a dialogue's uid into the key that wraps its data keys."""

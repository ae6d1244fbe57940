"""blue: structured dialogues between experts, kept as markdown in git."""

__version__ = "0.1.0"

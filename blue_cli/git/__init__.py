"""git, asked with care: a repository is a stranger, and its settings may name programs."""

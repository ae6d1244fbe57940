"""Where dialogues lie. One contract (`base`), one module a store."""

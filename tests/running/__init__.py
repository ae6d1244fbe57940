"""The processes that answer: real ones, well behaved and not."""

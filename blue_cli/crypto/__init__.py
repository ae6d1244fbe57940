"""Sealing: keys, envelopes, the seal block, membership and the audit log (DECISIONS.md, the notes on sealing)."""

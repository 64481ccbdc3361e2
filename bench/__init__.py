"""Measurements, each beside a baseline of the same run, and proofs too long for the suite: see README.md."""

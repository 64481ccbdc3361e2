"""Telling people: what is worth an alert, and who carries it."""

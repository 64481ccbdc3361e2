"""Telling people: what is worth an alert, and how it reaches them exactly as often as it should."""

"""Tests of the sandbox: the servers must be as strict as what they play."""

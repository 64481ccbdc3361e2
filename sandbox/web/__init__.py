"""What the servers of the sandbox have in common: HTTP, faults, call counts, the control API."""

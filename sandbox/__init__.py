"""The outside world in miniature: the systems that orders come from and go to, on loopback."""

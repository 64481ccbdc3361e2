"""NCR Counterpoint in miniature: its database, the people who work in it, and NCR's REST API over it."""

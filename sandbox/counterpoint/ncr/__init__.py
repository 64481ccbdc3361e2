"""NCR's own REST API over the Counterpoint database: what its guide and its public tests tell of it."""

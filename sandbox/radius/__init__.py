"""The EFI Radius ERP in miniature: its database as a SQLite file, its HTTP adapter, its people."""

"""The delivery kernel. It imports neither Dagster nor an HTTP library and knows no vendor's name."""

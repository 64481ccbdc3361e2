"""Monday.com: customer orders as items of a board, their sizes as subitems."""

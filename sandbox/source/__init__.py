"""The source table ORDERS_UNIFIED, made up: same width, same shapes, same dirt, the same rows every time."""

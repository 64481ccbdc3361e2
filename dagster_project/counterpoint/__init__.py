"""NCR Counterpoint: WooCommerce orders in, order documents out, their status back to the shop."""

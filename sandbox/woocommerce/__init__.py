"""A WooCommerce shop in miniature: REST v3 over HTTP, and made-up orders, most of them clean."""

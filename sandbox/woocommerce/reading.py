"""The routes that only read: orders, refunds, and as much of products and customers as an order needs."""

from typing import Any

from sandbox.web.answering import JSON_HEADERS, Answer
from sandbox.woocommerce.asked import Asked, told
from sandbox.woocommerce.errors import Refused, invalid_id, invalid_order_id
from sandbox.woocommerce.market import Market
from sandbox.woocommerce.parameters import list_request
from sandbox.woocommerce.selecting import only, page
from sandbox.woocommerce.shop import shop, unit_price

Json = dict[str, Any]


class Reading:
    def __init__(self, market: Market) -> None:
        self._market = market

    def orders(self, asked: Asked) -> Answer:
        """GET /orders"""
        return page(self._market.store, list_request(asked.query), asked.query, asked.url)

    def order(self, asked: Asked) -> Answer:
        """GET /orders/{id}"""
        order = self._order(asked.ids[0])
        if order is None:
            raise invalid_id()
        return told(only(order, list_request({"_fields": asked.query.get("_fields", [])}).fields))

    def refunds(self, asked: Asked) -> Answer:
        """GET /orders/{id}/refunds"""
        return told(self._refunds(asked.ids[0]))

    def refund(self, asked: Asked) -> Answer:
        """GET /orders/{id}/refunds/{id}"""
        for refund in self._refunds(asked.ids[0]):
            if refund["id"] == asked.ids[1]:
                return told(refund)
        raise Refused("woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID.", 404)

    def products(self, asked: Asked) -> Answer:
        """GET /products: `sku` (comma list), page, per_page"""
        skus = [sku for part in asked.query.get("sku", []) for sku in part.split(",") if sku]
        goods = shop(self._market.seed)
        sold = [
            {
                "id": product.id,
                "name": product.item.descr.title(),
                "sku": product.item.number,
                "price": str(unit_price(product.item, 1)),
                "status": "publish",
                "manage_stock": True,
                "stock_quantity": product.item.on_hand["01"],
            }
            for product in (*goods.products, *goods.discontinued)
            if not skus or product.item.number in skus
        ]
        return _pages(sold, asked)

    def customers(self, asked: Asked) -> Answer:
        """GET /customers: `email`, page, per_page"""
        email = asked.query.get("email", [""])[-1].lower()
        return _pages([each for each in self._accounts() if not email or each["email"] == email], asked)

    def customer(self, asked: Asked) -> Answer:
        """GET /customers/{id}"""
        for account in self._accounts():
            if account["id"] == asked.ids[0]:
                return told(account)
        raise Refused("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)

    def _accounts(self) -> list[Json]:
        goods = shop(self._market.seed)
        return [
            {
                "id": customer.woo_user,
                "email": customer.email,
                "first_name": customer.address.first,
                "last_name": customer.address.last,
                "role": "customer",
                "username": customer.email.partition("@")[0],
            }
            for customer in (*goods.customers, *(each for pair in goods.twins for each in pair))
            if customer.woo_user
        ]

    def _order(self, order_id: int) -> Json | None:
        with self._market.store.reading():
            return self._market.store.order(order_id)

    def _refunds(self, order_id: int) -> list[Json]:
        order = self._order(order_id)
        if order is None:
            raise invalid_order_id()
        return [
            {
                "id": refund["id"],
                "date_created": order["date_modified"],
                "date_created_gmt": order["date_modified_gmt"],
                "amount": refund["total"].lstrip("-"),
                "reason": refund["reason"],
                "refunded_by": 1,
                "refunded_payment": True,
                "meta_data": [],
                "line_items": [],
                "shipping_lines": [],
                "tax_lines": [],
                "fee_lines": [],
            }
            for refund in order["refunds"]
        ]


def _pages(found: list[Json], asked: Asked) -> Answer:
    request = list_request({name: asked.query[name] for name in ("page", "per_page") if name in asked.query})
    start = (request.page - 1) * request.per_page
    pages = -(-len(found) // request.per_page)
    totals = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    return told(found[start : start + request.per_page])._replace(headers={**JSON_HEADERS, **totals})

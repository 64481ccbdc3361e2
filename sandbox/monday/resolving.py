"""How resolvers are found by the schema, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.monday.call import Call

USER_ID = 61234567
USER = {"id": USER_ID, "name": "Order Staging", "email": "order.staging@sandbox.invalid"}
ACCOUNT_URL = "https://sandbox.monday.com"

Resolver = Callable[..., Any]
RESOLVERS: dict[tuple[str, str], Resolver] = {}
"""(type, field) → resolver; filled when the modules that resolve are imported."""


def field(type_name: str, name: str) -> Callable[[Resolver], Resolver]:
    def register(resolver: Resolver) -> Resolver:
        RESOLVERS[type_name, name] = resolver
        return resolver

    return register


def constant(type_name: str, name: str, value: Any) -> None:
    RESOLVERS[type_name, name] = lambda _owner, _info: value


def call_of(info: GraphQLResolveInfo) -> Call:
    call: Call = info.context
    return call

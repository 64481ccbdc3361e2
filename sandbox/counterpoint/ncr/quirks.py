"""Defects of the real API that users reported, off unless ordered."""

from dataclasses import dataclass, replace

from sandbox.counterpoint.native_orders import NativeOrder


@dataclass
class Quirks:
    loses_misc_charges: bool = False
    """Shipping does not arrive in the document, though the call succeeds (reported after 2.1)."""

    def apply(self, order: NativeOrder) -> NativeOrder:
        return replace(order, misc_charges={}) if self.loses_misc_charges else order

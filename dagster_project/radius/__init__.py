"""EFI Radius: plant-4 orders of LWS become purchase orders, plant-2 orders, ship requests and jobs."""

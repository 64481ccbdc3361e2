"""What the sandbox answers to. These are defaults of settings, and LIVE refuses to start with any of them."""

BOARD = "4755559751"
SUBITEM_BOARD = "4755559752"
TOKEN = "sandbox-token"  # noqa: S105 - what the sandbox accepts; worth nothing elsewhere
WOO_KEY = "ck_sandbox"
WOO_SECRET = "cs_sandbox"  # noqa: S105 - likewise
DOC_IDS = (900_000_000_001, 999_999_999_999)
RADIUS_URL = "http://127.0.0.1:8081/radadapter/radius/api"

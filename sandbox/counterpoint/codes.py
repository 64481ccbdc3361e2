"""Stores, stations, ship-via and pay codes of the shop that is being played."""

STORE = "01"
STATIONS = ("101", "103")
"""101 stands at the counter, 103 takes the web orders and quotes."""
DRAWERS = ("101", "103")
LOCATIONS = ("01", "02")
USERS = ("MGR", "INTEG", "SALES1", "SALES2")
TERMS = {"NET30": "Net 30 days", "COD": "Cash on delivery"}
WALK_IN = "CASH"
NEXT_ORDER = "O101-000361"
NATIVE_ORDERS = 5
"""Entered by the shop's own people before anything else; the counter then stands at O101-000366."""
NEXT_QUOTE = "Q103-000060"
NEXT_TICKET = "100483"

UNITS = {
    "EA": "Each", "PK": "Pack", "BX": "Box", "CT": "Carton", "CS": "Case", "PL": "Pallet", "RL": "Roll",
    "LB": "Pound", "TON": "Ton", "M": "Thousand", "C": "Hundred", "FTL": "Full truck load",
    "LTL": "Less than truck load",
}  # fmt: skip

SUFFIXES = {
    "PACKAGE": "PK", "PK": "PK", "BOX": "BX", "BX": "BX", "EACH": "EA", "EA": "EA", "CARTON": "CT",
    "CT": "CT", "PALLET": "PL", "PL": "PL", "TON": "TON", "CASE": "CS", "CS": "CS",
}  # fmt: skip
"""What the shop hangs on an item number, and the unit it stands for."""

SHIP_VIA = {
    "UPS GROUND": ("UPS Ground", "UPS"),
    "UPS BLUE": ("UPS 2nd Day Air", "UPS"),
    "UPS RED": ("UPS Next Day Air", "UPS"),
    "FEDEX GRD": ("FedEx Ground", "FEDEX"),
    "USPS PRI": ("USPS Priority Mail", "USPS"),
    "TRUCK": ("Our truck", ""),
    "PICKUP": ("Customer picks up", ""),
    "BEST WAY": ("Best way", ""),
}

WEB_SHIP_VIA = {
    "UPS Ground": "UPS GROUND",
    "FedEx Ground": "FEDEX GRD",
    "Flat rate": "BEST WAY",
    "Free shipping": "BEST WAY",
    "Local pickup": "PICKUP",
    "Standard Shipping": "UPS GROUND",
    "UPS 2nd Day Air": "UPS BLUE",
}
"""The shop's method titles and the code that a person would choose for each."""

PAY_CODES = {
    "CASH": ("Cash", "B"),
    "CHECK": ("Check", "K"),
    "VISA": ("Visa", "C"),
    "MC": ("Mastercard", "C"),
    "AMEX": ("American Express", "C"),
    "WEBCC": ("Web credit card", "B"),
    "PAYPAL": ("PayPal", "B"),
    "COD": ("Cash on delivery", "B"),
    "A/R": ("Charge to account", "A"),
}

WEB_PAYMENTS = {
    "authorize_net_cim_credit_card": ("Credit Card", "WEBCC"),
    "ppcp-gateway": ("PayPal", "PAYPAL"),
    "cheque": ("Check payments", "CHECK"),
    "cod": ("Cash on delivery", "COD"),
}
"""The shop's payment methods: title, and the pay code that fits."""

"""The boards a fresh sandbox starts with: the Customer Master Schedule and its subitems.

Ids and types are those of the real board. The template belongs to the sandbox: a client's mapping
is checked against it, never generated from it or into it.
"""

from __future__ import annotations

from sandbox.monday.model import Board, Column, Group

BOARD_ID = 4755559751
SUBITEM_BOARD_ID = 4755559752
FIRST_ITEM_ID = 9700000001

# One line per column: id | type | title. The title may hold anything but a bar.
ITEM_COLUMNS = """
subtasks_mkr5c0kp | subtasks | Subitems
text_mkr5wya6 | text | AAG ORDER NUMBER
dropdown_mkr542p2 | dropdown | CUSTOMER
dropdown_mkr58de6 | dropdown | AAG SEASON
dropdown_mkr5rgs6 | dropdown | CUSTOMER SEASON
text_mkrh94rx | text | CUSTOMER ALT PO
date_mkr5zp5 | date | ORDER DATE PO RECEIVED
dropdown_mkr5w5e | dropdown | DROP
text_mkr5ej2x | text | PO NUMBER
text_mkr5cz8m | text | PATTERN ID
dropdown_mkr5tgaa | dropdown | STYLE
text_mktdechp | text | STYLE
long_text_mkr5p0cf | long_text | STYLE DESCRIPTION
text_mkrhra2c | text | ALIAS RELATED ITEM
dropdown_mkr5677f | dropdown | COLOR
long_text_mktdy7re | long_text | COLOR
long_text_mktdjzcg | long_text | CUSTOMER COLOUR CODE
dropdown_mkr5s5n3 | dropdown | CATEGORY
long_text_mks0vs1p | long_text | RANGE / COLLECTION
color_mkr5yf27 | status | UNIT OF MEASURE
dropdown_mkr518fc | dropdown | ORDER TYPE
text_mkr5kbc6 | text | DESTINATION
text_mkr5ps35 | text | DESTINATION WAREHOUSE
dropdown_mkr5kk5 | dropdown | DELIVERY TERMS
text_mkr5wcpw | text | PLANNED DELIVERY METHOD
date_mkr554yz | date | CUSTOMER REQ IN DC DATE
date_mkr57811 | date | CUSTOMER EX FACTORY DATE
long_text_mkr5hass | long_text | NOTES
numeric_mktb1d19 | numbers | ORDER QTY
numeric_mkr5cact | numbers | CUSTOMER PRICE
numeric_mkr5yne4 | numbers | USA ONLY LSTP 75% EX WORKS
numeric_mkr5erhv | numbers | EX WORKS (USD)
numeric_mkr5k68 | numbers | ADMINISTRATION FEE
numeric_mkr5h612 | numbers | DESIGN FEE
numeric_mkr5gp6a | numbers | FX CHARGE
text_mkr5s3tm | text | HANDLING
numeric_mkr57cem | numbers | SURCHARGE FEE
numeric_mkr56xx8 | numbers | DISCOUNT
numeric_mkr5nhr7 | numbers | FINAL FOB (USD)
dropdown_mkr5k8yn | dropdown | HS CODE
long_text_mktdz0g | long_text | HS CODE
numeric_mkr5r6at | numbers | US DUTY RATE
numeric_mkr5ev2q | numbers | US DUTY
text_mkr5kyf4 | text | FREIGHT
numeric_mksfr0r2 | numbers | FREIGHT
numeric_mkr55zg1 | numbers | US TARIFF RATE
numeric_mkr51ndy | numbers | US TARIFF
numeric_mkr5js0x | numbers | DDP US (USD)
numeric_mkr58nvp | numbers | SMS PRICE USD
text_mkr5ptvg | text | FINAL PRICES Y/N
long_text_mkr5znxn | long_text | NOTES FOR PRICE
color_mkrerxrs | status | ADD TO PLANNING
numeric_mkrbty8b | numbers | FCST CONSUMED QTY
numeric_mkrb56rj | numbers | FCST QTY
pulse_id_mkr5pb5q | item_id | Item ID
text_mkr61hpz | text | matchAlias
date_mkrvx550 | date | PPS CMT DUE
date_mkrvpbcr | date | PPS CMT RCV
color_mkrvzryf | status | PPS STATUS
lookup_mkrbrdr1 | mirror | QTY ORDERED
lookup_mkrds06t | mirror | QTY SHIPPED
lookup_mkrdm6xp | mirror | QTY PACKED
lookup_mkr6113x | mirror | EX-FTY (Change Request)
lookup_mkr6eatd | mirror | REQUESTED XFD STATUS
lookup_mkr6bhyv | mirror | EX-FTY (Forecast)
lookup_mkr640ap | mirror | EX-FTY (Partner PO)
lookup_mkr5nd5t | mirror | EX-FTY (Revised LS)
lookup_mkr5j8kx | mirror | PRODUCTION TYPE
lookup_mkr51rn0 | mirror | AQL INSPECTION
lookup_mkr5jem9 | mirror | AQL TYPE
lookup_mkr5bnt8 | mirror | PLANNED CUT DATE
lookup_mkr5ew17 | mirror | MO NUMBER
lookup_mkr5aapc | mirror | PRODUCTION STATUS
lookup_mkr5yabx | mirror | FACTORY COUNTRY
lookup_mkr55sr9 | mirror | FACTORY
lookup_mkr5hhjy | mirror | ALLOCATION STATUS
lookup_mkr5fkj1 | mirror | PRODUCTION QTY
lookup_mkr53kbm | mirror | TRIM ETA DATE
lookup_mkr5vk6m | mirror | FABRIC ETA DATE
lookup_mkr52fpd | mirror | TRIM STATUS
lookup_mkr5k4yj | mirror | FABRIC STATUS
formula_mkrb53jx | formula | Net Demand
formula_mkrd937j | formula | REVENUE (FOB)
formula_mkre54dj | formula | ORDER QTY
formula_mkrea5pd | formula | PACKED QTY
formula_mkre5ce5 | formula | SHIPPED QTY
board_relation_mkr5cer8 | board_relation | PLANNING BOARD
"""

SUBITEM_COLUMNS = """
dropdown_mkrak7qp | dropdown | Size
numeric_mkra7j8e | numbers | Order Qty
numeric_mkraepx7 | numbers | Packed Qty
numeric_mkrapgwv | numbers | Shipped Qty
numeric_mkrbgdat | numbers | Cut Qty
numeric_mkrc5ryb | numbers | Sew Qty
numeric_mkrc7jfj | numbers | Finishing Qty
numeric_mkrcq53k | numbers | Received not Shipped Qty
color_mkrbezbh | status | ORDER LINE STATUS
pulse_id_mkrag4a3 | item_id | Item ID
"""

LABELS: dict[str, tuple[str, ...]] = {
    "dropdown_mkr542p2": ("GREYSON", "TIDEWELL", "NORTHFOLD", "KESTREL RUNNING"),
    "dropdown_mkr58de6": ("2025 SPRING", "2025 FALL", "2026 SPRING"),
    "dropdown_mkr5rgs6": ("SPRING 2025", "FALL 2025"),
    "dropdown_mkr5w5e": ("DROP 1", "DROP 2"),
    "dropdown_mkr5s5n3": ("MENS", "WOMENS", "JUNIOR"),
    "dropdown_mkr518fc": ("RECEIVED", "CANCELLED"),
    "dropdown_mkr5kk5": ("FOB", "DDP"),
    "dropdown_mkrak7qp": ("XS", "S", "M", "L", "XL"),
    "color_mkr5yf27": ("PCS", "SETS", "PCE"),
    "color_mkrerxrs": ("NO", "YES"),
    "color_mkrvzryf": ("PENDING", "APPROVED"),
    "color_mkrbezbh": ("OPEN", "CUT", "SHIPPED"),
}


def fresh_boards(timestamp: str) -> list[Board]:
    schedule = Board(
        id=BOARD_ID,
        name="Customer Master Schedule (sandbox)",
        type="board",
        columns=_columns(ITEM_COLUMNS),
        groups={"topics": Group("topics", "Group Title", board_id=BOARD_ID)},
        created_at=timestamp,
        updated_at=timestamp,
    )
    schedule.columns["subtasks_mkr5c0kp"].subitem_board_id = SUBITEM_BOARD_ID
    subitems = Board(
        id=SUBITEM_BOARD_ID,
        name="Subitems of Customer Master Schedule (sandbox)",
        type="sub_items_board",
        columns=_columns(SUBITEM_COLUMNS),
        groups={"topics": Group("topics", "Subitems", board_id=SUBITEM_BOARD_ID)},
        created_at=timestamp,
        updated_at=timestamp,
        parent_board_id=BOARD_ID,
    )
    return [schedule, subitems]


def _columns(lines: str) -> dict[str, Column]:
    columns = {"name": Column("name", "Name", "name")}
    for line in lines.strip().splitlines():
        column_id, kind, title = (part.strip() for part in line.split("|"))
        # A dropdown counts its labels from 1, a status column its indexes from 0.
        labels = dict(enumerate(LABELS.get(column_id, ()), start=int(kind == "dropdown")))
        columns[column_id] = Column(column_id, title, kind, labels)
    return columns

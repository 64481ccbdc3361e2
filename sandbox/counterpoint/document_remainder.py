"""Children of a document that are known by name and little else: nobody here writes them, a rollback meets them."""

import sqlalchemy as sa

from sandbox.counterpoint.columns import (
    amount,
    belongs_to_document,
    document_id,
    flag,
    money,
    quantity,
    table,
    text,
    whole,
)
from sandbox.counterpoint.document_tables import TOTAL_TYPES

AUDIT_TOTAL = table(
    "PS_DOC_AUDIT_LOG_TOT",
    document_id(),
    whole("LOG_SEQ_NO", required=True),
    flag("TOT_TYP", required=True, codes=TOTAL_TYPES),
    whole("LINS"),
    *(
        amount(name)
        for name in (
            "SUB_TOT", "TOT_MISC", "TAX_AMT", "NORM_TAX_AMT", "TOT_EXT_COST", "TOT_TND", "TOT_CHNG", "AMT_DUE",
            "TOT_GFC_AMT", "TOT_SVC_AMT", "DEP_NET_CHANGE", "TOT",
        )
    ),
    belongs_to_document(),
    key=("DOC_ID", "LOG_SEQ_NO", "TOT_TYP"),
)  # fmt: skip

LINE_PRICE = table(
    "PS_DOC_LIN_PRICE",
    document_id(),
    whole("LIN_SEQ_NO", required=True),
    whole("PRC_SEQ_NO", required=True),
    text("PRC_JUST_STR", 50),
    flag("PRC_GRP_TYP"),
    whole("PRC_RUL_SEQ_NO"),
    text("PRC_BRK_DESCR", 30),
    quantity("QTY_PRCD"),
    money("UNIT_PRC"),
    *(text(f"DIM_{number}_UPR", 15) for number in (1, 2, 3)),
    belongs_to_document(),
    key=("DOC_ID", "LIN_SEQ_NO", "PRC_SEQ_NO"),
)


def _bare(name: str, *keys: str) -> sa.Table:
    """A table of which only the key is plain from its name."""
    columns = [whole(key, required=True) for key in keys]
    return table(name, document_id(), *columns, belongs_to_document(), key=("DOC_ID", *keys))


LINE_CELL = _bare("PS_DOC_LIN_CELL", "LIN_SEQ_NO", "SEQ_NO")
LINE_SERIAL = _bare("PS_DOC_LIN_SER", "LIN_SEQ_NO", "SEQ_NO")
LINE_PROMPT = _bare("PS_DOC_LIN_PROMPT", "LIN_SEQ_NO", "SEQ_NO")
LINE_LOYALTY = _bare("PS_DOC_LIN_LOY", "LIN_SEQ_NO", "SEQ_NO")
PAYMENT_PROMPT = _bare("PS_DOC_PMT_PROMPT", "PMT_SEQ_NO", "SEQ_NO")
PAYMENT_CARD = _bare("PS_DOC_PMT_CR_CARD", "PMT_SEQ_NO")
PAYMENT_CHECK = _bare("PS_DOC_PMT_CHK", "PMT_SEQ_NO")
PAYMENT_RECEIPT = _bare("PS_DOC_PMT_RCPT", "PMT_SEQ_NO")
GIFT_CARD = _bare("PS_DOC_GFC", "SEQ_NO")
LOYALTY = _bare("PS_DOC_HDR_LOY_PGM", "SEQ_NO")

REMAINDER: tuple[sa.Table, ...] = (
    AUDIT_TOTAL, LINE_PRICE, LINE_CELL, LINE_SERIAL, LINE_PROMPT, LINE_LOYALTY, PAYMENT_PROMPT, PAYMENT_CARD,
    PAYMENT_CHECK, PAYMENT_RECEIPT, GIFT_CARD, LOYALTY,
)  # fmt: skip

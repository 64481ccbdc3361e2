"""What hangs on a document besides lines and totals: tax, charges, contacts, payments, notes, audit."""

import sqlalchemy as sa

from sandbox.counterpoint.columns import (
    LONG_TEXT,
    amount,
    belongs_to_document,
    document_id,
    flag,
    guid,
    moment,
    quantity,
    refers,
    small,
    table,
    text,
    whole,
    yes_no,
)
from sandbox.counterpoint.document_tables import DOCUMENT_TYPES, TOTAL_TYPES

TAX = table(
    "PS_DOC_TAX",
    document_id(),
    text("AUTH_COD", 10, required=True),
    text("RUL_COD", 10, required=True),
    flag("TAX_DOC_PART", required=True, codes="SO"),
    *(
        amount(name)
        for name in (
            "LIN_AMT", "TXBL_LIN_AMT", *(f"TXBL_MISC_CHG_AMT_{number}" for number in range(1, 6)),
            "TXBL_GFC_AMT", "TXBL_SVC_AMT", "TXBL_TAX_AMT",
        )
    ),
    quantity("TXBL_QTY"),
    amount("TAX_AMT", required=True),
    amount("NORM_TAX_AMT"),
    sa.Column("TAX_AMT_EXACT", sa.Numeric(19, 8)),
    sa.Column("NORM_TAX_AMT_EXACT", sa.Numeric(19, 8)),
    amount("TOT_TXBL_AMT"),
    belongs_to_document(),
    refers(("AUTH_COD", "RUL_COD"), "SY_TAX_RUL"),
    key=("DOC_ID", "AUTH_COD", "RUL_COD", "TAX_DOC_PART"),
)  # fmt: skip

MISC_CHARGE = table(
    "PS_DOC_HDR_MISC_CHRG",
    document_id(),
    flag("TOT_TYP", required=True, codes=TOTAL_TYPES),
    whole("MISC_CHRG_NO", required=True),
    flag("MISC_TYP", required=True, codes="AP"),
    amount("MISC_AMT"),
    sa.Column("MISC_PCT", sa.Numeric(9, 3)),
    amount("MISC_AMT_SHIPPED"),
    amount("MISC_TAX_AMT_ALLOC"),
    amount("MISC_NORM_TAX_AMT_ALLOC"),
    sa.CheckConstraint("MISC_CHRG_NO between 1 and 5"),
    belongs_to_document(),
    key=("DOC_ID", "TOT_TYP", "MISC_CHRG_NO"),
)

CONTACT = table(
    "PS_DOC_CONTACT",
    document_id(),
    small("CONTACT_ID"),
    text("NAM", 40),
    text("FST_NAM", 15),
    text("LST_NAM", 25),
    text("SALUTATION", 10),
    *(text(f"ADRS_{number}", 40) for number in (1, 2, 3)),
    text("CITY", 20),
    text("STATE", 10),
    text("ZIP_COD", 15),
    text("CNTRY", 20),
    *(text(name, 25) for name in ("PHONE_1", "PHONE_2", "FAX_1", "FAX_2")),
    *(text(name, 50) for name in ("EMAIL_ADRS_1", "EMAIL_ADRS_2")),
    *(text(name, 40) for name in ("CONTCT_1", "CONTCT_2")),
    text("ADRS_ID", 10),
    flag("NAM_TYP", required=True, codes="PB"),
    sa.CheckConstraint("CONTACT_ID in (1, 2)"),
    belongs_to_document(),
    key=("DOC_ID", "CONTACT_ID"),
)

PAYMENT = table(
    "PS_DOC_PMT",
    document_id(),
    whole("PMT_SEQ_NO", required=True),
    text("PAY_COD", 10, required=True),
    flag("PAY_COD_TYP"),
    text("DESCR", 30),
    amount("AMT", required=True),
    amount("HOME_CURNCY_AMT"),
    text("STR_ID", 10),
    text("STA_ID", 10),
    text("TKT_NO", 15),
    flag("PMT_LIN_TYP", default="T", codes="TC"),
    yes_no("FINAL_PMT", "N"),
    moment("PAY_DAT"),
    *(yes_no(name, "N") for name in ("CARD_IS_NEW", "SWIPED", "SECURE_ECOMM_TRX")),
    yes_no("DEP_LIN_COPIED_TO_REL_DOC", "N"),
    flag("EDC_AUTH_FLG"),
    text("CURNCY_COD", 10),
    quantity("EXCH_RATE_NUMER"),
    quantity("EXCH_RATE_DENOM"),
    *(amount(name) for name in ("EXCH_LOSS", "ROUND_GAIN_LOSS", "HOME_CURNCY_ROUND_GAIN_LOSS")),
    text("CARD_NO", 30),
    sa.Column("SIG_IMG", LONG_TEXT),
    sa.Column("SIG_IMG_VECTOR", LONG_TEXT),
    belongs_to_document(),
    refers("PAY_COD", "PS_PAY_COD"),
    key=("DOC_ID", "PMT_SEQ_NO"),
)

PAYMENT_APPLIED = table(
    "PS_DOC_PMT_APPLY",
    document_id(),
    whole("PMT_SEQ_NO", required=True),
    flag("APPL_TYP", required=True, codes="SO"),
    amount("AMT", required=True),
    amount("HOME_CURNCY_AMT"),
    amount("EXCH_LOSS"),
    belongs_to_document(),
    key=("DOC_ID", "PMT_SEQ_NO", "APPL_TYP"),
)

NOTE = table(
    "PS_DOC_NOTE",
    document_id(),
    whole("NOTE_SEQ_NO", required=True),
    text("NOTE_ID", 50, required=True),
    moment("NOTE_DAT"),
    text("USR_ID", 10),
    sa.Column("NOTE", LONG_TEXT),
    sa.Column("NOTE_TXT", LONG_TEXT),
    guid("LIN_GUID"),
    belongs_to_document(),
    refers("USR_ID", "SY_USR"),
    key=("DOC_ID", "NOTE_SEQ_NO"),
)

PACKAGE = table(
    "PS_DOC_PKG_TRK_NO",
    document_id(),
    whole("SEQ_NO", required=True),
    text("PKG_TRK_NO", 50, required=True),
    belongs_to_document(),
    key=("DOC_ID", "SEQ_NO"),
)

PROFILE = table(
    "PS_DOC_HDR_PROF",
    document_id(),
    *(text(f"PROF_ALPHA_{number}", 30) for number in range(1, 6)),
    *(text(f"PROF_COD_{number}", 10) for number in range(1, 6)),
    *(quantity(f"PROF_NO_{number}") for number in range(1, 6)),
    *(moment(f"PROF_DAT_{number}") for number in range(1, 6)),
    belongs_to_document(),
    key=("DOC_ID",),
)

ORIGIN = table(
    "PS_DOC_HDR_ORIG_DOC",
    document_id(),
    sa.Column("ORIG_DOC_ID", sa.BigInteger(), nullable=False, autoincrement=False),
    text("ORIG_TKT_NO", 15),
    flag("ORIG_DOC_TYP", codes=DOCUMENT_TYPES),
    belongs_to_document(),
    key=("DOC_ID", "ORIG_DOC_ID"),
)

STATUS = table(
    "PS_DOC_HDR_DOC_STAT",
    document_id(),
    flag("LST_DOC_ACTIV", codes="NE"),
    moment("LST_DOC_EDIT_DT"),
    amount("TOT_DEP_RECEIVED"),
    belongs_to_document(),
    key=("DOC_ID",),
)

AUDIT = table(
    "PS_DOC_AUDIT_LOG",
    document_id(),
    whole("LOG_SEQ_NO", required=True),
    flag("DOC_TYP", codes=DOCUMENT_TYPES),
    guid("DOC_GUID"),
    moment("CURR_DT"),
    *(text(f"CURR_{name}", 10) for name in ("STR_ID", "STA_ID", "DRW_ID", "USR_ID")),
    *(text(f"CURR_{name}", 128) for name in ("WKSTN_NAM", "SERV_NAM", "DB_NAM")),
    flag("ACTIV"),
    text("LOG_ENTRY", 250),
    belongs_to_document(),
    key=("DOC_ID", "LOG_SEQ_NO"),
)

DISCOUNT = table(
    "PS_DOC_DISC",
    document_id(),
    whole("DISC_SEQ_NO", required=True),
    whole("LIN_SEQ_NO"),
    sa.Column("DISC_ID", sa.BigInteger()),
    flag("APPLY_TO", required=True, codes="HL"),
    flag("DISC_TYP", required=True, codes="AP"),
    amount("DISC_AMT"),
    sa.Column("DISC_PCT", sa.Numeric(9, 3)),
    amount("DISC_AMT_SHIPPED"),
    belongs_to_document(),
    key=("DOC_ID", "DISC_SEQ_NO"),
)

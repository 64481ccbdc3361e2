"""The 167 scalar fields of an item as GetItem tells them, with the value that an ordinary bag has."""

from typing import Any

_KNOWN: dict[str, Any] = {
    "CompNum": 2, "ItemCode": "", "ItemShortDesc": "", "ItemDesc": "", "ItemStatusCode": "APP", "ClassId": 4,
    "EstimateUse": 0, "UnitCode": "EA", "ReqGroupCode": "", "ItemGroupCode": "BAG", "ItemTypeCode": "LWS BAG",
    "ProdGroupCode": "P4-LWS", "MinorProductGroup": "", "Purchased": False, "Issued": False, "Produced": True,
    "Sold": True, "AutoRequisition": 0, "AutoReserve": 0, "AutoActual": 0, "FixedCost": 0, "CustCode": "",
    "BWCode": "", "BW": 0, "Caliper": 0, "RollType": 0, "TaxCode": "E", "EndUseCode": "10",
    "InvRefLabelCode": "InvASN01", "OuterLabelCode": "", "MasterEstimateCode": "", "PurchasePriceCode": "",
    "SalesPriceCode": "", "SuccessorItemCode": "", "PreviousItemCode": "", "Weight": 0.0, "WeightPer": 1000,
    "WeightUnitCode": "LBS", "MRPItem": False, "GTIN": "", "CustItemRef": "", "CustItemRef2": "", "DimA": 0,
    "DimB": 0, "DimC": 0, "LastUserCode": "",
}  # fmt: skip
_TEXTS = """
    AccountCode AlternateItemCode BarCode BrandCode BuyerCode CartonCode CatalogueCode CommodityCode
    CostCentreCode CostGroupCode CountryCode CreatedUserCode CurrCode DefaultLocation DefaultWhouse DrawingNum
    ECNNum ExternalItemRef FinishCode GradeCode HazardCode InkCode InnerLabelCode InspectionCode IssueUnitCode
    ItemAnalysisCode ItemLongDesc ItemNotes ItemSubGroup ItemText LabelCode ManufacturerCode OrderUnitCode PackCode
    PalletCode PlannerCode PlantCode PrintCode PriceUnitCode ProcessCode ProductionNotes PurchaseUnitCode QACode
    RepUserCode RouteCode SafetyCode SalesUnitCode ShapeCode ShelfCode SizeCode SpecCode StockUnitCode SubstrateCode
    SuppCode SuppItemRef TariffCode TestCode VersionCode WebItemCode
"""
_NUMBERS = """
    AverageCost BatchSize CartonQty Density EconomicOrderQty GSM GrossWeight Height LastCost LeadTime Length LotSize
    MaxOrderQty MaxStock MinOrderQty MinStock NetWeight NumAcross NumAround NumUp OversPercent PackQty PalletQty
    ReorderLevel ReorderQty Repeat SafetyStock ShelfLife StandardCost StockConv UndersPercent UnitPrice Volume
    WasteFactor Width
"""
_FLAGS = """
    AllowBackOrder AllowNegative BatchControlled Consignment Discontinued Obsolete OnWeb Phantom Quarantine
    SerialControlled
"""

FIELDS: dict[str, Any] = {
    **_KNOWN, **dict.fromkeys(_TEXTS.split(), ""), **dict.fromkeys(_NUMBERS.split(), 0),
    **dict.fromkeys(_FLAGS.split(), False),
}  # fmt: skip
FIELDS |= {f"UserField{number:02d}": "" for number in range(1, 168 - len(FIELDS))}

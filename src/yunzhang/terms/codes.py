"""Values of the catalog guide (1272号, 2017) and of Order 809 that code must tell apart.

Longer lists (classification, formats, cycles) are rows of a pack, not code.
"""

from __future__ import annotations

from enum import StrEnum


class ShareType(StrEnum):
    """共享类型, core item 9a."""

    UNCONDITIONAL = "1"
    CONDITIONAL = "2"
    NOT_SHARED = "3"


class OpenType(StrEnum):
    """开放属性, core item 10."""

    UNCONDITIONAL = "1"
    CONDITIONAL = "2"
    NOT_OPEN = "0"


class ItemType(StrEnum):
    """数据类型 of a data item, core item 8."""

    CHARACTER = "C"
    NUMBER = "N"
    CURRENCY = "Y"
    DATE = "D"
    DATETIME = "T"
    LOGICAL = "L"
    MEMO = "M"
    GENERAL = "G"
    DOUBLE = "B"
    INTEGER = "I"
    FLOAT = "F"


class Delivery(StrEnum):
    """How agreed data is delivered (Order 809 Art. 22): interface, batch exchange, file."""

    SERVICE_API = "service_api"
    BATCH_EXCHANGE = "batch_exchange"
    FILE_DOWNLOAD = "file_download"


class Operator(StrEnum):
    """Comparisons allowed in a row condition or a call's filter."""

    EQ = "eq"
    IN = "in"
    PREFIX = "prefix"
    GE = "ge"
    LE = "le"

"""Identifiers: their check digits and shapes. Vectors in tests/terms."""

from __future__ import annotations

import re
from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"

# The name of a node or table: part of addresses, of file names and of the origins of logs.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,59}")
RESOURCE_CODE = re.compile(r"[1-3][0-9]{5}[0-9A-Z]*/[0-9A-Z]+")


def credit_check(stem: str) -> str:
    """The check character that completes the 17 characters of a credit code (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(stem, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def credit_code_valid(code: str) -> bool:
    """统一社会信用代码, GB 32100-2015: 18 characters, the last a check character."""
    if len(code) != 18 or any(character not in USCC_ALPHABET for character in code):
        return False
    return credit_check(code[:17]) == code[17]


def org_check(stem: str) -> str:
    """The check character that completes the 8 characters of an organisation code (GB 11714)."""
    total = sum(int(c, 36) * w for c, w in zip(stem, ORG_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def org_code_valid(code: str) -> bool:
    """组织机构代码, GB 11714-1997: eight characters and a check character."""
    return re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code) is not None and org_check(code[:8]) == code[8]


def citizen_id_valid(number: str) -> bool:
    """公民身份号码, GB 11643-1999: a real birth date and ISO 7064 MOD 11-2 check character."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(c) * w for c, w in zip(number, ID_WEIGHTS, strict=False))
    return ID_CHECKS[total % 11] == number[17]


def resource_code_valid(code: str) -> bool:
    """信息资源代码: class 1, item 2, subject 3 digits, detail, "/", sequence (1272号)."""
    return RESOURCE_CODE.fullmatch(code) is not None


def resource_code(classification: str, sequence: int) -> str:
    """The code of the `sequence`-th resource of a classification such as "307001".

    Raises ValueError for a classification that could not begin a lawful code.
    """
    code = f"{classification}/{sequence:06d}"
    if not resource_code_valid(code):
        raise ValueError(f"not a resource classification: {classification!r}")
    return code

"""Entry words: how officials write the coded values of the catalog guide, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yunzhang.people.permissions import pack
from yunzhang.terms.codes import ItemType
from yunzhang.terms.grids import key

# Beside the names of the pack: list -> code -> other ways to write it, as `key` gives them.
ALSO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "share_type": {
        "1": ("无条件", "无条件共享类", "完全共享"),
        "2": ("有条件", "有条件共享类", "部分共享"),
        "3": ("不予", "不共享", "不予共享类", "非共享"),
    },
    "open_type": {
        "1": ("是", "开放", "无条件", "无条件开放类", "社会开放", "yes"),
        "2": ("有条件", "有条件开放类", "依申请开放"),
        "0": ("否", "不开放", "不予开放类", "不予", "no"),
    },
    "update_cycle": {
        "realtime": ("实时更新", "realtime"),
        "day": ("每天", "日", "天", "每日更新", "每日一次"),
        "week": ("周", "每星期", "每周更新", "每周一次"),
        "month": ("月", "每月更新", "每月一次"),
        "quarter": ("季", "季度", "每季", "每季度更新"),
        "halfyear": ("半年", "每半年更新", "每半年一次"),
        "year": ("年", "每年更新", "年度", "每年一次"),
    },
    "format": {
        "1": ("wps", "doc", "docx", "pdf", "ofd", "txt", "html", "htm", "ppt", "pptx"),
        "2": ("et", "xls", "xlsx", "csv", "excel"),
        "3": ("oracle", "mysql", "sqlserver", "db2", "access", "dbf", "dmdb", "kingbasees",
              "postgresql", "库表"),
        "4": ("jpg", "jpeg", "png", "gif", "tif", "bmp", "图形图像类"),
        "5": ("swf", "rm", "mpg", "mp4", "mp3", "流媒体类"),
        "6": ("xml", "json"),
        "7": ("接口", "api", "webservice"),
    },
}  # fmt: skip
# Parts of how a method is written, the telling ones first.
METHODS = (
    ("platform_api", ("接口", "api", "服务")),
    ("platform_database", ("数据库", "库表", "交换")),
    ("platform_file", ("文件", "file")),
    ("mail", ("邮件", "mail")),
    ("medium", ("介质", "光盘", "硬盘", "拷", "medium")),
)
ITEM_TYPES = {
    ItemType.CHARACTER: ("字符", "字符型", "字符串", "字符串型", "文本", "文本型", "varchar",
                         "varchar2", "nvarchar", "nvarchar2", "char", "string"),
    ItemType.NUMBER: ("数值", "数值型", "数字", "数字型", "number", "numeric", "decimal"),
    ItemType.CURRENCY: ("货币", "货币型", "money"),
    ItemType.DATE: ("日期", "日期型", "date"),
    ItemType.DATETIME: ("日期时间", "日期时间型", "时间", "时间型", "datetime", "timestamp"),
    ItemType.LOGICAL: ("逻辑", "逻辑型", "布尔", "布尔型", "boolean", "bool"),
    ItemType.MEMO: ("备注", "备注型", "大文本", "text", "clob", "memo"),
    ItemType.GENERAL: ("通用", "通用型", "二进制", "blob", "general"),
    ItemType.DOUBLE: ("双精度", "双精度型", "double"),
    ItemType.INTEGER: ("整数", "整数型", "整型", "int", "integer", "bigint", "smallint"),
    ItemType.FLOAT: ("浮点", "浮点型", "单精度", "float", "real"),
}  # fmt: skip
# What an item of a fixed form takes when nobody says so: 2026-11-22, 2026-11-22T08:00:00, false.
LENGTHS = {ItemType.DATE: 10, ItemType.DATETIME: 19, ItemType.LOGICAL: 5}
FREE = (ItemType.MEMO, ItemType.GENERAL)  # of any length: they need none
FILES, DATABASE, API = ("1", "2", "4", "5"), "3", "7"  # code list "format"
FITTING = {
    **dict.fromkeys(FILES, ("platform_file", "mail", "medium")),
    DATABASE: ("platform_database", "platform_api"),
    API: ("platform_api",),
}


def code_of(list: str, written: str) -> str:
    """The code of a list's value however it is written; empty when it is none."""
    wanted = key(written)
    for row in pack().codes_of(list):
        if wanted in (key(row.code), key(row.zh), key(row.en)):
            return row.code
    for code, words in ALSO.get(list, {}).items():
        if wanted in words:
            return code
    return ""


def format_of(written: str, type: str) -> str:
    """The code of a format, by its name or by the name of its type: 数据库-mysql, xlsx."""
    for text in (written, type, *re.split(r"[-—/、,，\s]+", written)):
        found = code_of("format", text) or code_of("format", key(text).removesuffix("类"))
        if text and found:
            return found
    return ""


def method_of(written: str, type: str) -> str:
    """The code of a way to share: 共享平台 and 接口 in two cells, or in one."""
    told = key(type) or key(written)
    whole = code_of("share_method", written)
    parts = (code for code, words in METHODS if any(word in told for word in words))
    return whole or next(parts, "")


def classification_of(*written: str) -> str:
    """The pack's classification that one of these texts names by code or name; the last wins."""
    for text in reversed([part for part in written if part]):
        digits = re.match(r"[1-3]\d{5}", text)
        known = code_of("classification", digits[0] if digits else text)
        pieces = re.split(r"[-—/\\、>|]+", text)
        known = known or next(
            (code for piece in reversed(pieces) if (code := code_of("classification", piece))), ""
        )
        if known:
            return known
    return ""


def item_type(written: str) -> ItemType | None:
    """The type of a data item: C, 字符型, 字符型 C, C-字符型, varchar(20)."""
    wanted = re.sub(r"[-_/.。]", "", key(written))
    for type, words in ITEM_TYPES.items():
        letter = type.value.casefold()
        if wanted == letter or wanted in words:
            return type
        if any(wanted in (letter + word, word + letter) for word in words):
            return type
    return None

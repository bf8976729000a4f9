"""Grading: what kind of personal data a column seems to hold, and the grade to start from.

Pure, and only a suggestion: the unit decides when it catalogues. Between two readings the
stricter wins (就高从严, GB/T 43697-2024).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yunzhang.terms.faults import Text
from yunzhang.terms.identifiers import citizen_id_valid
from yunzhang.terms.levels import Grade
from yunzhang.terms.pack import Pack

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
PHONE = re.compile(r"(\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}")
ADDRESS = re.compile(
    r".*(省|市|区|县|乡|镇|街道|村|路|街|巷).*[0-9一二三四五六七八九十]+(号|室|栋|幢|单元|组|弄).*"
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]+")
CARD = re.compile(r"[3-6][0-9]{15,18}")


@dataclass(frozen=True)
class Suggestion:
    """A starting grade, the kind of personal data ("" when none), and why."""

    kind: str
    grade: Grade
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class Sign:
    """One way to recognise a kind: by the column's name, or by what most values look like.

    `row` names the grade in the pack ("grading.<row>"); `kind` is a kind of DataItem.
    """

    kind: str
    row: str
    about: Text
    named: re.Pattern[str]
    looks: Callable[[str], bool] | None = None


def _like(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


def _citizen(value: str) -> bool:
    return citizen_id_valid(value.upper())


def _person(value: str) -> bool:
    return (
        2 <= len(value) <= 4
        and value[0] in SURNAMES
        and re.fullmatch("[一-鿿·]+", value) is not None
    )


def _named(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


SIGNS = (
    Sign(
        "citizen_id",
        "citizen_id",
        Text("公民身份号码", "citizen identity number"),
        _named(r"身份证|公民身份|证件号|sfzh|id_?card|citizen_?id"),
        _citizen,
    ),
    Sign(
        "phone",
        "phone",
        Text("电话号码", "telephone number"),
        _named(r"手机|电话|联系方式|sjhm?|lxdh|phone|mobile|\btel"),
        _like(PHONE),
    ),
    Sign(
        "name",
        "name",
        Text("自然人姓名", "a person's name"),
        _named(
            r"姓名|联系人|法定代表人|法人代表|户主|申请人|经办人|监护人|^xm$|(full|real|person)_?name|surname"
        ),
        _person,
    ),
    Sign(
        "address",
        "address",
        Text("住址", "an address"),
        _named(r"地址|住址|住所|户籍地|address"),
        _like(ADDRESS),
    ),
    Sign("date", "date", Text("出生日期", "date of birth"), _named(r"出生|生日|csrq|birth")),
    Sign(
        "",
        "account",
        Text("金融账户", "a financial account"),
        _named(r"银行卡|银行账号|账户号|bank_?(card|account)"),
        _like(CARD),
    ),
    Sign(
        "",
        "sensitive",
        Text(
            "敏感个人信息（医疗、生物特征、行踪、未成年人等）",
            "sensitive personal information (health, biometrics, movements, minors)",
        ),
        _named(
            r"诊断|病历|病史|疾病|指纹|人脸|虹膜|基因|行踪|轨迹|宗教|民族|残疾|diagnos|fingerprint|religion"
        ),
    ),
    Sign(
        "",
        "contact",
        Text("电子邮箱等联系信息", "an e-mail address"),
        _named(r"邮箱|e-?mail"),
        _like(EMAIL),
    ),
)


def suggest(name: str, values: Iterable[str], pack: Pack) -> Suggestion:
    """The strictest reading of a column by its name and some of its values.

    A name alone is enough; values are enough when the pack's `grading.match_percent` of them
    look alike. With no sign at all the grade is the lowest and the reasons are empty.
    """
    known = tuple(value for value in values if value)
    least = pack.limit("grading.match_percent")
    best = Suggestion("", Grade.GENERAL_1, ())
    for sign in SIGNS:
        reasons = _reasons(sign, name, known, least)
        grade = Grade(pack.limit(f"grading.{sign.row}"))
        if reasons and grade > best.grade:
            best = Suggestion(sign.kind, grade, reasons)
    return best


def redact(value: str) -> str:
    """A sample of personal data as it may be shown in a draft: the first character alone."""
    return value[:1] + "*" * (len(value) - 1)


def _reasons(sign: Sign, name: str, values: tuple[str, ...], least: int) -> tuple[Text, ...]:
    found = []
    if sign.named.search(name):
        found.append(
            Text(f"列名“{name}”指向{sign.about.zh}", f"the name “{name}” suggests {sign.about.en}")
        )
    share = _share(sign, values)
    if share >= least:
        found.append(
            Text(
                f"抽样值有 {share}% 形似{sign.about.zh}",
                f"{share}% of sampled values look like {sign.about.en}",
            )
        )
    return tuple(found)


def _share(sign: Sign, values: tuple[str, ...]) -> int:
    if sign.looks is None or not values:
        return -1
    return 100 * sum(map(sign.looks, values)) // len(values)

"""Synthetic tables for the data cage: nobody and nothing in them exists, and each says so.

Whoever is paid, dies or buys here was made up with one seed; identity numbers are of a division
that never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from yunzhang.terms.identifiers import ID_CHECKS, ID_WEIGHTS

SYNTHETIC = "演示合成数据"
NOWHERE = "990101"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One synthetic table: whose it is, in which system, its heads and rows."""

    name: str
    office: str
    system: str
    title: str
    heads: Row
    rows: Sequence[Row]

    @property
    def abstract(self) -> str:
        return f"{SYNTHETIC}：{self.title}，由演示程序生成，不涉及任何真实的人、单位和事项。"


def sheets(payers: Sequence[str], buyers: Sequence[str], today: date) -> list[Sheet]:
    """Payments, deaths, purchases, approvals; the units in them are the province's."""
    random = Random(870000)  # noqa: S311 - the same rows every time
    people = [_person(random, number) for number in range(400)]
    month = today.replace(day=1)
    months = [(month - timedelta(days=30 * back + 10)).replace(day=20) for back in range(6)]
    payments = [
        (person, str(day), str(380 + 10 * (number % 40)), payers[number % len(payers)])
        for number, person in enumerate(people)
        for day in months
        if random.random() < 0.9
    ]
    # Seven died long before they were paid last, twenty after it.
    dead = [(person, str(today - timedelta(days=200 + at))) for at, person in enumerate(people[:7])]
    dead += [(person, str(today - timedelta(days=5))) for person in people[100:120]]
    return [
        Sheet(
            "demo-payments", "civil", "社会救助系统（演示）", f"救助补贴发放记录（{SYNTHETIC}）",
            ("公民身份号码", "发放日期", "发放金额", "发放单位"), payments,
        ),
        Sheet(
            "demo-deaths", "civil", "殡葬管理系统（演示）", f"死亡登记（{SYNTHETIC}）",
            ("公民身份号码", "死亡日期"), dead,
        ),
        Sheet(
            "demo-purchases", "audit", "审计数据分析系统（演示）", f"政府采购台账（{SYNTHETIC}）",
            ("项目编号", "项目名称", "采购人", "预算金额", "采购方式", "公告日期", "批准文号"),
            _purchases(random, buyers, today),
        ),
        Sheet(
            "demo-approvals", "land", "许可审批系统（演示）", f"许可审批记录（{SYNTHETIC}）",
            ("申请编号", "事项名称", "审批单位", "受理日期", "决定日期", "延长批准"),
            _approvals(random, buyers, today),
        ),
    ]  # fmt: skip


GOODS = ("办公设备", "信息系统运维", "印刷服务", "物业服务", "空调设备", "档案整理", "培训服务")
MATTERS = ("取水许可", "采矿许可", "用地预审")
STREETS = ("东街", "西街", "南街", "北街")


def _purchases(random: Random, buyers: Sequence[str], today: date) -> list[Row]:
    rows = [
        (f"{random.choice(GOODS)}采购", random.choice(buyers), 40_000 + 900 * n, "公开招标", "")
        for n in range(80)
    ]
    # What the rules are there to find: one purchase in four parts, two without a tender, one of
    # them approved, one just below the limit, two without a method.
    rows += [(f"{one}道路养护服务采购", buyers[0], 620_000, "竞争性磋商", "") for one in STREETS]
    rows += [
        ("影像设备采购", buyers[1], 3_200_000, "单一来源", ""),
        ("专用检测设备采购", buyers[2], 2_600_000, "竞争性谈判", ""),
        ("核心系统扩容", buyers[3], 4_100_000, "单一来源", "演示批〔2026〕7号"),
        ("数据治理服务", buyers[4], 1_950_000, "竞争性磋商", ""),
        ("桌椅采购", buyers[5], 86_000, "", ""),
        ("会议服务", buyers[6], 52_000, "", ""),
    ]
    day = today - timedelta(days=200)
    return [
        (f"YS{day.year}-{n:04d}", name, buyer, str(yuan), method, str(day + timedelta(n)), approval)
        for n, (name, buyer, yuan, method, approval) in enumerate(rows, 1)
    ]


def _approvals(random: Random, approvers: Sequence[str], today: date) -> list[Row]:
    """Mostly in time; some late, one of them with an approval to extend, one still undecided."""
    taken = [random.randrange(8, 24) for _ in range(90)]
    taken += [45, 50, 39, 1, 1]
    rows = []
    for number, days in enumerate(taken):
        accepted = today - timedelta(days=60 + number)
        extended = "演示延〔2026〕3号" if days == 39 else ""
        decided = str(accepted + timedelta(days=days))
        matter = MATTERS[number % len(MATTERS)]
        approver = random.choice(approvers)
        rows.append((f"XK-{number:04d}", matter, approver, str(accepted), decided, extended))
    waiting = str(today - timedelta(days=70))
    return [*rows, ("XK-9001", MATTERS[0], approvers[0], waiting, "", "")]


def _person(random: Random, number: int) -> str:
    """A well-formed identity number of a division that never was."""
    born = date(1935, 1, 1) + timedelta(days=random.randrange(15000))
    body = f"{NOWHERE}{born:%Y%m%d}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
    return body + ID_CHECKS[total % 11]

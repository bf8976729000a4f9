"""The regimes of the simulation: whose rows their units are, and what they owe by which days."""

from __future__ import annotations

from datetime import date

from tests.simulation.province import Duty, Rule

AUGUSTS = (date(2025, 8, 31), date(2026, 8, 31))
HALVES = tuple(
    date(year, month, day) for year in (2025, 2026) for month, day in ((6, 30), (12, 31))
)

# Guangxi's plan of 2018. 四(三): every quarter's end; 二(一)5: the catalog by the end of August.
GUANGXI = (
    Duty("quarterly_progress", opens_itself=True),
    Duty("yearly_catalog", AUGUSTS, opens_itself=True, unmet=True),
)

REGIMES = {
    # Order 809 itself asks for no report by a day.
    "national": Rule("", "", ()),
    "guangxi-2018": Rule("", "guangxi.departments", GUANGXI),
    # It stands on the region's plan: its departments owe the same, by the same rows.
    "liuzhou-2020": Rule("liuzhou.data_bureau", "liuzhou.departments", GUANGXI),
    # It stands on that plan too; (三): an evaluation at regular times, without a day in the text.
    "guangxi-2022": Rule(
        "guangxi.data_bureau", "guangxi.everyone", (*GUANGXI, Duty("management_evaluation", HALVES))
    ),
    # 上下联动“压责任”: the chiefs are heard, without a day in the text.
    "chongqing-2019": Rule(
        "chongqing.data_bureau", "chongqing.departments", (Duty("chiefs_meeting"),)
    ),
}

"""The regimes of the simulation: whose rows their units are, and what they owe a quarter."""

from __future__ import annotations

from datetime import date

from tests.simulation.province import Rule

AUGUSTS = (date(2025, 8, 31), date(2026, 8, 31))

REGIMES = {
    # 四(三): every quarter's end, by itself; 二(一)5: the catalog by the end of August, unmet.
    "guangxi-2018": Rule(
        "guangxi-2018", "", "guangxi.departments", duty="quarterly_progress", opens_itself=True,
        unmet=AUGUSTS,
    ),
    # It stands on the region's plan: its departments owe the same, by the same rows.
    "liuzhou-2020": Rule(
        "liuzhou-2020", "liuzhou.data_bureau", "liuzhou.departments", duty="quarterly_progress",
        opens_itself=True, unmet=AUGUSTS,
    ),
    # 上下联动“压责任”: the chiefs are heard, without a day in the text.
    "chongqing-2019": Rule(
        "chongqing-2019", "chongqing.data_bureau", "chongqing.departments", duty="chiefs_meeting",
    ),
}  # fmt: skip

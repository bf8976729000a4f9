"""The tables of the demonstration and what their officers write into the catalog."""

from __future__ import annotations

from dataclasses import dataclass

from yunzhang.engines.checks import Check, Expression, Reference
from yunzhang.engines.readings import SourceKind


@dataclass(frozen=True)
class Register:
    """One live table: whose it is, where it lies, and what its entry says beyond the draft.

    `source` is (kind, file or folder below the registers' folder, table); `keys` and `filters`
    are columns; `share` is (share type, condition); `checks` come on top of the suggested ones.
    """

    name: str
    office: str
    system: str
    title: str
    abstract: str
    source: tuple[SourceKind, str, str]
    keys: tuple[str, ...]
    filters: tuple[str, ...]
    classification: str
    cycle: str
    share: tuple[str, str]
    checks: tuple[Check, ...] = ()


CIVIL = "全国行政区划信息查询系统"
STATS = "统计用区划代码管理系统"

REGISTERS = (
    Register(
        name="mca-townships",
        office="civil",
        system=CIVIL,
        title="乡级行政区划代码(民政)",
        abstract="全国乡、镇、街道的行政区划代码、名称和所属县,民政部门口径,2026年9月。",
        source=(SourceKind.SQLITE, "civil/divisions.sqlite", "townships"),
        keys=("code",),
        filters=("county_code",),
        classification="103001",
        cycle="month",
        share=("1", ""),
    ),
    Register(
        name="mca-changes",
        office="civil",
        system=CIVIL,
        title="行政区划变更事件(1980年以来)",
        abstract="县级以上行政区划设立、撤销、更名和改码事件,带批复文号。",
        source=(SourceKind.SQLITE, "civil/divisions.sqlite", "changes"),
        keys=(),
        filters=("year",),
        classification="103001",
        cycle="year",
        share=("1", ""),
    ),
    Register(
        name="nbs-townships",
        office="stats",
        system=STATS,
        title="统计用乡级区划代码",
        abstract="全国乡级统计用区划代码和名称,统计部门口径,含开发区、农场等类似乡级单位。",
        source=(SourceKind.CSV, "stats", "streets.csv"),
        keys=("code",),
        filters=("areaCode",),
        classification="304001",
        cycle="year",
        share=("1", ""),
        checks=(Reference(id="in-civil", column="code", table="mca-townships", to_column="code"),),
    ),
    Register(
        name="nbs-villages",
        office="stats",
        system=STATS,
        title="统计用村级区划代码",
        abstract="全国村民委员会、居民委员会的统计用区划代码和名称,共62万余条。",
        source=(SourceKind.CSV, "stats", "villages.csv"),
        keys=("code",),
        filters=("streetCode", "areaCode"),
        classification="304001",
        cycle="year",
        share=("2", "用于基层治理和公共服务事项的户籍、网格核对,范围限于本行政区域。"),
        checks=(
            Reference(id="in-town", column="streetCode", table="nbs-townships", to_column="code"),
            Expression(id="code-of-town", sql='left("code", 9) = "streetCode"'),
        ),
    ),
    Register(
        name="land-counties",
        office="land",
        system="自然资源一张图",
        title="县级行政区域界线",
        abstract="县级行政区域的名称、代码和界线,CGCS2000坐标。",
        source=(SourceKind.GEOJSON, "land", "counties.geojson"),
        keys=("gb",),
        filters=(),
        classification="103001",
        cycle="year",
        share=("2", "用于规划、应急和统计制图,公开使用须另行取得审图号。"),
    ),
)

# What Health asks for: both registers of townships, for one purpose.
ASKED = ("mca-townships", "nbs-townships")
PURPOSE = "核对基层医疗卫生机构所在乡镇"
SCENARIO = "基层医疗卫生机构年度登记"
BASIS = "《医疗机构管理条例》关于医疗机构执业登记的规定"
COLLISION = "451024103"

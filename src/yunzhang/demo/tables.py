"""The tables of the demonstration and what their officers write into the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from yunzhang.engines.checks import Check, Expression, Freshness, Reference
from yunzhang.engines.readings import SourceKind


@dataclass(frozen=True)
class Register:
    """One live table: whose it is, where it lies, and what its entry says beyond the draft.

    `source` is (kind, file or folder below the registers' folder, table); `keys` and `filters`
    are columns; `share` is (share type, condition); `names` are the Chinese names of columns;
    `checks` come on top of the suggested ones.
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
    names: Mapping[str, str]
    checks: tuple[Check, ...] = ()


CODE, NAME = "区划代码", "名称"
DIVISION = {
    "code": CODE,
    "name": NAME,
    "areaCode": "县级代码",
    "cityCode": "市级代码",
    "provinceCode": "省级代码",
    "streetCode": "乡级代码",
}

CIVIL = "全国行政区划信息查询系统"
STATS = "统计用区划代码管理系统"

REGISTERS = (
    Register(
        name="mca-townships",
        office="civil",
        system=CIVIL,
        title="乡级行政区划代码（民政）",
        abstract="全国乡、镇、街道的行政区划代码、名称和所属县，民政部门口径，2026年9月。",
        source=(SourceKind.SQLITE, "civil/divisions.sqlite", "townships"),
        keys=("code",),
        filters=("county_code",),
        classification="103001",
        cycle="quarter",
        share=("1", ""),
        names={
            "code": CODE,
            "name": NAME,
            "county_code": "县级代码",
            "county_name": "县名",
            "code12": "十二位代码",
        },
        # The day the register was read from the national place-name database, as it says itself.
        checks=(Freshness(id="fresh", cycle="quarter", updated_on=date(2026, 9, 11)),),
    ),
    Register(
        name="mca-changes",
        office="civil",
        system=CIVIL,
        title="行政区划变更事件（1980年以来）",
        abstract="县级以上行政区划设立、撤销、更名和改码事件，带批复文号。",
        source=(SourceKind.SQLITE, "civil/divisions.sqlite", "changes"),
        keys=(),
        filters=("year",),
        classification="103001",
        cycle="year",
        share=("1", ""),
        names={
            "id": "事件编号",
            "year": "年份",
            "type": "变更类型",
            "level": "级别",
            "old_code": "原代码",
            "old_name": "原名称",
            "old_parent_code": "原上级代码",
            "old_path": "原隶属",
            "new_code": "新代码",
            "new_name": "新名称",
            "new_parent_code": "新上级代码",
            "new_path": "新隶属",
            "doc_no": "批复文号",
            "source": "来源",
            "source_url": "来源网址",
            "detail": "详情",
            "note": "备注",
        },
    ),
    Register(
        name="nbs-townships",
        office="stats",
        system=STATS,
        title="统计用乡级区划代码",
        abstract="全国乡级统计用区划代码和名称，统计部门口径，含开发区、农场等类似乡级单位。",
        source=(SourceKind.CSV, "stats", "streets.csv"),
        keys=("code",),
        filters=("areaCode",),
        classification="307001",
        cycle="year",
        share=("1", ""),
        names=DIVISION,
        checks=(Reference(id="in-civil", column="code", table="mca-townships", to_column="code"),),
    ),
    Register(
        name="nbs-villages",
        office="stats",
        system=STATS,
        title="统计用村级区划代码",
        abstract="全国村民委员会、居民委员会的统计用区划代码和名称，共62万余条。",
        source=(SourceKind.CSV, "stats", "villages.csv"),
        keys=("code",),
        filters=("streetCode", "areaCode"),
        classification="307001",
        cycle="year",
        share=("2", "用于基层治理和公共服务事项的户籍、网格核对，范围限于本行政区域。"),
        names=DIVISION,
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
        abstract="县级行政区域的名称、代码和界线，CGCS2000坐标。",
        source=(SourceKind.GEOJSON, "land", "counties.geojson"),
        keys=("gb",),
        filters=(),
        classification="103001",
        cycle="year",
        share=("2", "用于规划、应急和统计制图，公开使用须另行取得审图号。"),
        names={"name": NAME, "gb": "国标代码", "geometry": "界线", "bbox": "外包矩形"},
    ),
)

# What Health asks for: both registers of townships, for one purpose.
ASKED = ("mca-townships", "nbs-townships")
PURPOSE = "核对基层医疗卫生机构所在乡镇"
SCENARIO = "基层医疗卫生机构年度登记"
BASIS = "《医疗机构管理条例》关于医疗机构执业登记的规定"
COLLISION = "451024103"

# What is left on people's desks when the walk is over: a conditional request, with its reason.
PENDING = "nbs-villages"
PENDING_PURPOSE = "家庭医生签约服务网格核对"
PENDING_SCENARIO = "基本公共卫生服务"
PENDING_BASIS = "《基本医疗卫生与健康促进法》关于家庭医生签约服务的规定"

"""The departments and people of the demonstration: real offices, made-up codes and people."""

from __future__ import annotations

from dataclasses import dataclass

from yunzhang.terms.identifiers import credit_check, org_check

DIVISION = "450000"  # Guangxi


def credit_code(serial: int, division: str = DIVISION) -> str:
    """A well-formed credit code of a government body there; no such code was ever given out."""
    stem = f"MB{serial:06d}"
    body = f"11{division}{stem}{org_check(stem)}"
    return body + credit_check(body)


@dataclass(frozen=True)
class Office:
    """A unit of the demonstration."""

    key: str
    name: str
    short_name: str
    serial: int
    is_authority: bool = False

    @property
    def code(self) -> str:
        return credit_code(self.serial)


@dataclass(frozen=True)
class Official:
    """A person of the demonstration with one post."""

    username: str
    full_name: str
    office: str
    role: str


OFFICES = (
    Office("bureau", "广西壮族自治区大数据发展局", "大数据发展局", 900001, is_authority=True),
    Office("civil", "广西壮族自治区民政厅", "民政厅", 900002),
    Office("stats", "广西壮族自治区统计局", "统计局", 900003),
    Office("land", "广西壮族自治区自然资源厅", "自然资源厅", 900004),
    Office("health", "广西壮族自治区卫生健康委员会", "卫健委", 900005),
    Office("audit", "广西壮族自治区审计厅", "审计厅", 900006),
)
OFFICE = {office.key: office for office in OFFICES}

OFFICIALS = (
    Official("shencha", "覃审查", "bureau", "sharing_authority"),
    Official("shenji", "陆审计", "bureau", "auditor"),
    Official("minzheng", "韦民政", "civil", "provider_officer"),
    Official("minzheng_head", "黄厅负责", "civil", "sharing_body_head"),
    Official("tongji", "梁统计", "stats", "provider_officer"),
    Official("tongji_head", "李局负责", "stats", "sharing_body_head"),
    Official("ziran", "莫自然", "land", "provider_officer"),
    Official("ziran_head", "农厅负责", "land", "sharing_body_head"),
    Official("weijian", "蒙卫健", "health", "consumer_officer"),
    Official("weijian_head", "周委负责", "health", "sharing_body_head"),
    Official("jiandu", "罗监督", "audit", "supervisor"),
    Official("jiandu_data", "石台账", "audit", "provider_officer"),
    Official("jiandu_head", "谢厅负责", "audit", "sharing_body_head"),
    Official("weijian_data", "蓝卫健", "health", "provider_officer"),
    Official("fazhan", "白发展", "bureau", "provider_officer"),
    Official("yunzhang", "陈云长", "civil", "cloud_chief"),
    Official("weijian_chief", "秦云长", "health", "cloud_chief"),
    Official("tongji_chief", "冯云长", "stats", "cloud_chief"),
)

"""Legal basis: whether a text names a law, an administrative regulation, a national decision.

Order 809 Art. 15 lets nothing less forbid sharing: neither local rules nor a department's papers.
Pure, and no judgement of the law: it looks at what the document is called.
"""

from __future__ import annotations

import re

LAW = re.compile(r"[\u4e00-\u9fff]法(?=[》〉、，。；;,\s第)）(（]|$)")
DECREE = re.compile(r"国务院令|国务院[^，。；]{0,40}规定|State Council decree", re.IGNORECASE)
DECISION = re.compile(r"国务院[^，。；]{0,40}决定|State Council decision", re.IGNORECASE)
REGULATION = re.compile(r"([\u4e00-\u9fff]{2,40})(?:条例|实施细则)")
# A regulation whose name begins with a place is a local one; a city in general is no place.
PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|"
    "海南|四川|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
LOCAL = re.compile(
    r"^(?!中华人民共和国|城市|上市|超市|股市|门市|集市)"
    rf"(?:{PROVINCES}|[\u4e00-\u9fff]{{2,10}}?(?:省|自治区|自治州|市|县|盟))"
)
NOT_LAWS = ("办法", "做法", "方法", "依法", "司法", "执法", "合法", "宪法依据")


def kind_of(text: str) -> str:
    """The strongest that the text names, a code of the list "share_basis"; "" where none may."""
    if any(not text[: match.end()].endswith(NOT_LAWS) for match in LAW.finditer(text)):
        return "law"
    if DECREE.search(text) or any(
        LOCAL.match(match[1]) is None for match in REGULATION.finditer(text)
    ):
        return "regulation"
    return "decision" if DECISION.search(text) else ""

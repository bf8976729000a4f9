"""The source documents in a form that a short quotation can be looked for in."""

from __future__ import annotations

import re
from pathlib import Path

# The document a citation names -> how its file begins.
FILES = {
    "广西云长制方案(2018)": "000",
    "柳州实施方案(2020)": "001",
    "重庆云长制报道(2019)": "002",
    "广西共享协调机制意见(2022)": "003",
    "广西聚通用攻坚计划(2018)": "004",
}
# The first document was stored in traditional characters, some followed by their sound in brackets.
# We quote it in simplified ones. This is every traditional character that stands in it whole; what
# was garbled beyond reading is left as it is, and is never quoted.
TRADITIONAL = (
    "個們傳價優內兩則創劃動務勢勵匯區協參員問單嚴國圍執堅報場壯學實審專對導屆層屬庫廣強徹態應戰換揮撐擁擔據數時暢會"
    "業極構標機檢權毀決況測準滿潛濟為無營牽狀現環產發監盤眾確碼礎種稱積節籌籠約紙級細組結給統經維網編縣縫總織繞義習聯"
    "職臺與舉蓋藥處號術見規觀計設評試認誰調請論證識護變負財貫責費貿資質輿辦進運過適遷邁鄉釋銷錄鐵長門閉開間關階際險隱"
    "難電響項須預領頭題類顯風驗體點黨"
)
SIMPLIFIED = (
    "个们传价优内两则创划动务势励汇区协参员问单严国围执坚报场壮学实审专对导届层属库广强彻态应战换挥撑拥担据数时畅会"
    "业极构标机检权毁决况测准满潜济为无营牵状现环产发监盘众确码础种称积节筹笼约纸级细组结给统经维网编县缝总织绕义习联"
    "职台与举盖药处号术见规观计设评试认谁调请论证识护变负财贯责费贸资质舆办进运过适迁迈乡释销录铁长门闭开间关阶际险隐"
    "难电响项须预领头题类显风验体点党"
)
SOUND = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)")
PUNCTUATION = str.maketrans("，；：（）“”", ',;:()""')


def folded(text: str) -> str:
    """Without spaces and line breaks, with one kind of comma, bracket and quotation mark."""
    return re.sub(r"\s", "", text).translate(PUNCTUATION)


def seed_text(seeds: Path, document: str) -> str:
    """A source document, folded, in simplified characters."""
    number = FILES[document]
    [path] = seeds.glob(f"{number}_*.txt")
    text = path.read_text(encoding="utf-8")
    if number == "000":
        text = SOUND.sub("", text).translate(str.maketrans(TRADITIONAL, SIMPLIFIED))
    return folded(text)

"""Fill-in faults: what goes wrong when catalogs are typed and dragged in spreadsheets.

Pure: looks at what stands in neighbouring rows, at spellings and at values that do not go together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from yunzhang.gather.entry_words import FITTING
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.forms import Flaw, Line
from yunzhang.terms.grids import words_only
from yunzhang.terms.identifiers import RESOURCE_CODE, credit_code_valid

DRAGGED = FaultKind(
    "import.dragged",
    422,
    Text(
        "“{value}”与上下行只差末尾的序号，像是下拉填充造成的。",
        "“{value}” differs from its neighbours only in a rising number, as if dragged down.",
    ),
    Text("写明各自真实的内容。", "Write what each of them really is."),
)
TITLE_TWICE = FaultKind(
    "import.title_twice",
    422,
    Text(
        "同一提供方已有名为“{title}”的资源（{where}）。",
        "The provider has a resource titled {title} already ({where}).",
    ),
    Text("改名或删去重复的一条。", "Rename it or remove one of the two."),
)
TITLE_ALIKE = FaultKind(
    "import.title_alike",
    422,
    Text(
        "“{title}”与“{other}”（{where}）只差标点、空格或全半角。",
        "{title} and {other} ({where}) differ only in punctuation, blanks or width.",
    ),
    Text("合并为一条，或改成能区分的名称。", "Merge them, or give names that tell them apart."),
)
ITEM_ALIKE = FaultKind(
    "import.item_alike",
    422,
    Text(
        "信息项“{name}”与“{other}”只差标点、空格或全半角。",
        "The items {name} and {other} differ only in punctuation, blanks or width.",
    ),
    Text("删去重复的信息项。", "Remove the item that is there twice."),
)
CODE_SHORT = FaultKind(
    "import.code_short",
    422,
    Text("“{code}”只有 {count} 位，应有 {least} 位。", "{code} has {count} characters of {least}."),
    Text(
        "补全代码；Excel 中请按文本格式填写。",
        "Complete the code, and keep the cell in text format.",
    ),
)
CODE_FORM = FaultKind(
    "import.code_form",
    422,
    Text(
        "“{code}”不合信息资源代码的格式：类1位、项2位、目3位、细目，斜杠，顺序号。",
        "{code} has not the form of a resource code: class 1, item 2, subject 3, detail / number.",
    ),
    Text("按 307001/000001 的样式填写，或留空由系统编。", "Write it like 307001/000001."),
)
CODE_TAKEN = FaultKind(
    "import.code_taken",
    409,
    Text("代码 {code} 已被使用（{where}）。", "The code {code} is in use ({where})."),
    Text("代码不得重用；改正或留空由系统编。", "Codes are never used twice; correct it."),
)
METHOD_UNFIT = FaultKind(
    "import.method_unfit",
    422,
    Text(
        "信息资源格式“{format}”与共享方式“{method}”对不上。",
        "The format {format} and the method {method} do not go together.",
    ),
    Text(
        "文件对应文件方式，数据库对应数据库或接口方式。",
        "Files go as files; databases by database or interface.",
    ),
)
BASIS_WEAK = FaultKind(
    "import.basis_weak",
    422,
    Text(
        "不予共享的依据不是法律、行政法规或国务院决定：{basis}",
        "The basis is no law, administrative regulation or State Council decision: {basis}",
    ),
    Text(
        "列明依据的条款，或改为有条件共享（条例第十五条）。",
        "Name the clause, or share on conditions (Order 809 Art. 15).",
    ),
)
UNFITTING = FaultKind(
    "import.resource_differs",
    422,
    Text(
        "同一资源的这一列前后不一致：第 {row} 行写的是“{first}”。",
        "The rows of one resource differ here: row {row} says {first}.",
    ),
    Text("统一为一个值。", "Make them the same."),
)
YEAR = re.compile(r"(19|20)\d\d")


def credit_faults(code: str) -> Iterator[Fault]:
    """A credit code that is too short says so; any other is the register's affair."""
    if code and len(code) < 18 and not credit_code_valid(code):
        yield CODE_SHORT(code=code, count=len(code), least=18)


def resource_code_faults(code: str) -> Iterator[Fault]:
    """What is wrong with the form of a resource code."""
    if RESOURCE_CODE.fullmatch(code):
        return
    before = code.partition("/")[0]
    if before.isdigit() and len(before) < 6:
        yield CODE_SHORT(code=code, count=len(before), least=6)
    else:
        yield CODE_FORM(code=code)


def dragged(lines: Sequence[Line], ids: Iterable[str], least: int) -> Iterator[Flaw]:
    """Cells of `least` and more rows on end whose texts only count up: …1, …2, …3.

    A series of years is no drag; neither are numbers alone, for codes do count up.
    """
    for id in ids:
        run: list[Line] = []
        for line in lines:
            if run and _next(run[-1].get(id), line.get(id)):
                run.append(line)
                continue
            yield from _told(run, id, least)
            run = [line]
        yield from _told(run, id, least)


def titles(resources: Iterable[tuple[str, Line, str]], known: dict[str, str]) -> Iterator[Flaw]:
    """Titles that a provider has twice, spelt alike or nearly so.

    `resources` are (provider, line, title); `known` says where the register has the folded name,
    by provider and name as `folded` gives them.
    """
    seen: dict[str, tuple[str, str]] = {
        name: (title, where) for name, (title, where) in _split(known).items()
    }
    for provider, line, title in resources:
        name = folded(provider, title)
        if not title:
            continue
        if name not in seen:
            seen[name] = title, f"{line.sheet} {line.row}"
            continue
        other, where = seen[name]
        if other == title:
            yield line.flaw("title", TITLE_TWICE(title=title, where=where))
        else:
            yield line.flaw("title", TITLE_ALIKE(title=title, other=other, where=where))


def folded(provider: str, title: str) -> str:
    """A provider's title as the register compares it."""
    return f"{provider}\n{words_only(title)}"


def items(lines: Sequence[Line]) -> Iterator[Flaw]:
    """Names of one resource's items that differ only in punctuation, blanks or width."""
    seen: dict[str, str] = {}
    for line in lines:
        name = line.get("item_name")
        other = seen.setdefault(words_only(name) or name, name)
        if other != name:
            yield line.flaw("item_name", ITEM_ALIKE(name=name, other=other))


def fits(format: str, method: str) -> bool:
    """Whether a format can be shared this way (1272号): a file as a file, a database live."""
    return not method or method in FITTING.get(format, (method,))


def differing(lines: Sequence[Line], ids: Iterable[str]) -> Iterator[Flaw]:
    """Rows of one resource that contradict what an earlier one says of it."""
    for id in ids:
        first: Line | None = None
        for line in lines:
            if first is None and line.get(id):
                first = line
            elif first is not None and line.get(id) not in ("", first.get(id)):
                yield line.flaw(id, UNFITTING(row=first.row, first=first.get(id)))


def _split(known: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {
        name: (title, code)
        for name, said in known.items()
        for title, _, code in [said.rpartition("\n")]
    }


def _ending(text: str) -> tuple[str, int] | None:
    match = re.fullmatch(r"(.*?\D)(\d{1,9})([^\w]*)", text, re.DOTALL)
    if match is None or YEAR.fullmatch(match[2]):
        return None
    return match[1] + match[3], int(match[2])


def _next(before: str, text: str) -> bool:
    one, other = _ending(before), _ending(text)
    return one is not None and other is not None and (one[0], one[1] + 1) == other


def _told(run: list[Line], id: str, least: int) -> Iterator[Flaw]:
    if len(run) >= least:
        for line in run:
            yield line.flaw(id, DRAGGED(value=line.get(id)))

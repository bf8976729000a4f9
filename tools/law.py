"""Law: writes docs/law.md from packs/law.toml, with the address of every page named."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import django

from tools.step import ROOT
from yunzhang.packs.law import GROUPS, ORDER, STATES, Article, Kept, Law, Requirement, law

PAGE = ROOT / "docs" / "law.md"
GROUP_NAMES = {
    "cloud": "管云 Cloud, networks, systems, projects",
    "gather": "聚 Catalogs, lists, libraries, quality",
    "share": "通 Sharing, exchange, matching, back-flow",
    "use": "用 Applications, services, opening",
    "secure": "安全 Security",
    "oversee": "考核 Chiefs, reports, assessment",
}
STATE_NAMES = {
    "built": "built",
    "part": "partly built",
    "recorded": "recorded",
    "shown": "shown",
    "missing": "not built",
    "outside": "not software",
}
HEAD = """# What the law asks, and where it is kept

Every requirement of the five documents and every rule of State Council Order 809: what is asked, in
our words, where the text says so, and the page, the code and the test that keep it, or why nothing
does. Written by `make law` from `src/yunzhang/packs/law.toml`; a guard holds every name to one that
exists. The portal shows the same at `/law`.

**Marks.** S: a matter of software. T: people act; the software may record, time and evidence it.
A: administration alone. **States.** *built*; *partly built*; *recorded*: people act, the software
opens the matter, counts its days and keeps the evidence; *shown*: a row of a policy pack with its
clause, and no more; *not built*; *not software*.
"""


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(text(law()), encoding="utf-8")
    return 0


def text(rows: Law) -> str:
    """The whole page."""
    parts = [HEAD, _counted(rows.requirements)]
    for group in GROUPS:
        found = [row for row in rows.requirements if row.group == group]
        parts += [f"## {GROUP_NAMES[group]}\n", _table(map(_requirement, found))]
    parts += [f"## Order 809 {ORDER}\n", _table(map(_article, rows.articles))]
    return "\n".join(parts)


def _counted(rows: tuple[Requirement, ...]) -> str:
    count: Counter[tuple[str, str]] = Counter((row.mark, row.state) for row in rows)
    heads = ["", *(STATE_NAMES[state] for state in STATES), "all"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for mark in "STA":
        numbers = [count[mark, state] for state in STATES]
        cells = [mark, *(str(number or "") for number in numbers), str(sum(numbers))]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _table(lines: Iterable[str]) -> str:
    head = "| # | What is asked | Where | State | How it is kept |\n|---|---|---|---|---|"
    return "\n".join([head, *lines]) + "\n"


def _requirement(row: Requirement) -> str:
    # A quotation within a quotation stands in the inner marks.
    quoted = row.quote.replace("“", "‘").replace("”", "’")
    where = f"{row.document} {row.clause} “{quoted}”"
    state = f"{row.mark} · {STATE_NAMES[row.state]}"
    return f"| {row.number} | **{row.zh}** {row.en} | {where} | {state} | {_how(row)} |"


def _article(row: Article) -> str:
    rows = " ".join(f"`{one}`" for one in row.rows)
    return (
        f"| {row.clause} | **{row.zh}** {row.en} | {rows} | {STATE_NAMES[row.state]} "
        f"| {_how(row)} |"
    )


def _how(row: Kept) -> str:
    return "<br>".join(_said(row))


def _said(row: Kept) -> Iterator[str]:
    from django.urls import reverse

    yield f"Not built. {row.told_en}" if row.state == "missing" else row.told_en
    if row.page:
        yield f"page `{row.page}` {reverse(row.page)}"
    if row.code:
        yield "code " + " ".join(f"`{name}`" for name in row.code)
    if row.tests:
        yield "test " + " ".join(f"`{name}`" for name in row.tests)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
    django.setup()
    sys.exit(main())

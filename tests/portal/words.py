"""Every text the pages say: the msgids of templates and views, as a translator would collect them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

import yunzhang.portal

PORTAL = Path(yunzhang.portal.__file__).parent
CATALOG = PORTAL / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
CALLS = {"_", "gettext", "gettext_noop"}
STRING = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
SAID = re.compile(rf"\b_?(?:gettext)?\(\s*{STRING}\s*\)")
COUNTED = re.compile(rf"\bngettext\(\s*{STRING}\s*,\s*{STRING}")


def of_templates() -> Iterator[tuple[str, str]]:
    """(msgid, plural or "") of every template."""
    for path in sorted((PORTAL / "templates").rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for found in SAID.finditer(code):
            yield ast.literal_eval(found[1]), ""
        for found in COUNTED.finditer(code):
            yield ast.literal_eval(found[1]), ast.literal_eval(found[2])


def of_views() -> Iterator[tuple[str, str]]:
    """(msgid, plural or "") of every Python file."""
    for path in sorted(PORTAL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in (*CALLS, "ngettext")
                and isinstance(node.args[0], ast.Constant)
            ):
                plural = node.args[1] if node.func.id == "ngettext" else None
                yield (
                    str(node.args[0].value),
                    str(plural.value) if isinstance(plural, ast.Constant) else "",
                )


def collected() -> dict[str, str]:
    """msgid -> plural, each once."""
    return dict([*of_templates(), *of_views()])

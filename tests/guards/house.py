"""The house as the guards see it: our files, parsed once, without importing any of them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "yunzhang"
OURS = ("src", "tests", "tools", "benchmarks")
MADE = {".data", ".git", ".venv", "__pycache__", "build", "dist", "node_modules", "vendor"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project that git knows, or without git every file that nobody made."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(walked(ROOT))
    names = [name for name in listed.decode().split("\0") if name]
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


def walked(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in MADE or path.name.endswith((".egg-info", "_cache")):
            continue
        if path.is_dir():
            yield from walked(path)
        else:
            yield path


def python_files(*folders: str) -> list[Path]:
    """Our Python files below these folders of the project, migrations left out."""
    tops = [ROOT / folder for folder in folders or OURS]
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and "migrations" not in path.parts
        and any(path.is_relative_to(top) for top in tops)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """The file as people write it: from the project's folder, with slashes."""
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """The same, from inside the package: `node/call.py`."""
    return path.relative_to(PACKAGE).as_posix()


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""

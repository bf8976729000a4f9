"""The command `yunzhang score`: replay a frozen period from the log, simulate other weights."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

from yunzhang.packs import load
from yunzhang.protect.replay import is_whole, replayed
from yunzhang.protect.replay_folder import Folder
from yunzhang.protect.replay_source import Source
from yunzhang.protect.verify import judged
from yunzhang.protect.verify_command import report
from yunzhang.terms.faults import FaultKind, Refused, Text

HOLDS, WRONG, UNUSABLE, IN_PART = 0, 1, 2, 3

NO_PERIOD = FaultKind(
    "score.no_period",
    404,
    Text("没有 {period} 的冻结评分。", "No scores of {period} are frozen."),
    Text("用 --period 指定已冻结的时期。", "Name a frozen period with --period."),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `replay` and `simulate` to the parser of `score`."""
    parser.add_argument("--home", type=Path, help="the hub's folder, as YUNZHANG_HOME")
    kinds = parser.add_subparsers(dest="what", required=True, metavar="replay|simulate")
    replay = kinds.add_parser("replay", help="由账本重算评分 / count a period again from the log")
    replay.add_argument("period")
    replay.add_argument("--unit", default="", help="the unit's code; without it, every unit")
    replay.add_argument("--from", dest="folder", type=Path, help="an evidence package, unpacked")
    replay.add_argument("--log", type=Path, help="with --from: the hub's whole log, downloaded")
    replay.add_argument("--key", default="", help="the hub's public key, or a file with it")
    replay.add_argument("--json", action="store_true", help="print the verdict as JSON")
    replay.set_defaults(run=run_replay)
    simulate = kinds.add_parser("simulate", help="试算另一组权重 / try other weights")
    simulate.add_argument("pack", metavar="PACK_PATH", help="a pack's folder, or a shipped name")
    simulate.add_argument("--period", default="", help="a frozen period; without it, the last")
    simulate.set_defaults(run=run_simulate)
    for kind in (replay, simulate):
        kind.add_argument("--lang", choices=("zh", "en"), default="zh")


def run_replay(arguments: argparse.Namespace) -> int:
    """Print the steps: 0 all holds, 1 not, 2 a file is unreadable, 3 as far as it goes."""
    try:
        source = _source(arguments)
        verdict = judged(replayed(source, arguments.period, arguments.unit))
        kept = verdict.ok and is_whole(source, arguments.period, arguments.unit)
    except OSError as error:
        sys.stderr.write(f"无法读取 / cannot read {error.filename}: {error.strerror}\n")
        return UNUSABLE
    if arguments.json:
        told = json.dumps(verdict.plain(arguments.lang), ensure_ascii=False, indent=2)
    else:
        told = report(verdict, arguments.lang)
    sys.stdout.write(f"{told}\n")
    if not verdict.ok:
        return WRONG
    return HOLDS if kept else IN_PART


def run_simulate(arguments: argparse.Namespace) -> int:
    """Print the units under the pack's weights, as CSV."""
    pack = load(arguments.pack)
    _begin(arguments)
    from yunzhang.oversee.scoring import scores, simulation, trials

    period = arguments.period or next(iter(scores.periods(1)), "")
    if not scores.current().filter(period=period).exists():
        raise Refused(NO_PERIOD(period=period or "—"))
    trial = trials.run(period, simulation.of_rules(pack.indicators))
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(HEADS[arguments.lang])
    lines.writerows(_line(unit, one) for unit, one in trial.outcomes)
    for id in trial.unmeasured:
        sys.stderr.write(f"{UNMEASURED[arguments.lang]} {id}\n")
    return HOLDS


HEADS = {
    "zh": ("单位", "冻结得分", "试算得分", "变化", "冻结名次", "试算名次", "原因"),
    "en": ("unit", "as frozen", "simulated", "change", "place", "place simulated", "reason"),
}
UNMEASURED = {"zh": "本期没有测算：", "en": "not measured in this period:"}


def _line(unit: Any, one: Any) -> tuple[Any, ...]:
    shifts = "; ".join(f"{s.indicator} {s.before} → {s.after}: {s.points:+}" for s in one.shifts)
    before, after = one.before, one.after
    return (
        unit.name, before.total, after.total, one.change, before.place, after.place, shifts,
    )  # fmt: skip


def _source(arguments: argparse.Namespace) -> Source:
    key = arguments.key
    if key and key.count("+") < 2:
        key = Path(key).read_text(encoding="utf-8").strip()
    if arguments.folder:
        return Folder(arguments.folder, key, arguments.log)
    _begin(arguments)
    from yunzhang.hub.score_source import HubSource

    return HubSource()


def _begin(arguments: argparse.Namespace) -> None:
    """A hub is wanted: its settings and its database."""
    import django

    if arguments.home:
        os.environ["YUNZHANG_HOME"] = str(arguments.home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
    django.setup()

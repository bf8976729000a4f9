"""Incidents: a failure nobody foresaw, told as a number and kept where only the operator reads."""

from __future__ import annotations

import os
import traceback
from contextlib import suppress
from pathlib import Path

from yunzhang import clock
from yunzhang.terms.faults import FaultKind, Refused, Text

NODE_FAILED = FaultKind(
    "node.failed",
    500,
    Text("节点内部故障，事件编号 {incident}。", "The node failed; incident {incident}."),
    Text(
        "把事件编号告诉提供部门的运维人员。", "Tell the incident number to the provider's operator."
    ),
)


def note(folder: Path, error: Exception) -> Refused:
    """The failure as a number to tell; its type and places go to `incidents.log` in the folder.

    Never the message: it could quote a row.
    """
    number = os.urandom(6).hex()
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    line = f"{clock.now().isoformat()} {number} {type(error).__name__} {places}\n"
    with (
        suppress(OSError),  # a full disk must not make two failures of one
        (folder / "incidents.log").open("a", encoding="utf-8") as file,
    ):
        file.write(line)
    return Refused(NODE_FAILED(incident=number))

"""Steps 6 to 8 of the walk: calls, their proofs, and what they add up to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from yunzhang.demo import screen

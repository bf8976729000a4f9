"""The public's map: what is open by area and theme, and no outline without a review number."""

from __future__ import annotations

import pytest

from tests.oversee import squares
from tests.portal.test_opening import opened
from tests.portal.town import WHY
from yunzhang.oversee import boundaries
from yunzhang.oversee.boundaries import Origin
from yunzhang.people.models import Unit

"""States: how each state of a record is called and toned on the pages."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_noop as _

from yunzhang.gather.models import EntryVersion
from yunzhang.people import notices
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.codes import ItemType, Operator
from yunzhang.terms.levels import Grade
from yunzhang.use.cage_models import CageHit


class Tone(StrEnum):
    """The tone of a badge: Tabler's colour names."""

    CALM = "secondary"
    BUSY = "blue"
    GOOD = "green"
    WARN = "orange"
    BAD = "red"


STATES: dict[str, dict[str, tuple[str, Tone]]] = {
    "sign": {
        "confirmed": (_("Confirmed"), Tone.BAD),
        "unfounded": (_("Unfounded"), Tone.CALM),
    },
    "notice": {
        notices.TURN: (_("Your turn"), Tone.BUSY),
        notices.WARNED: (_("Due soon"), Tone.WARN),
        notices.EXPIRED: (_("Overdue"), Tone.BAD),
        notices.ESCALATED: (_("Escalated"), Tone.BAD),
        notices.TOLD: (_("For information"), Tone.CALM),
    },
    "entry": {
        EntryVersion.State.DRAFT: (_("Draft"), Tone.CALM),
        EntryVersion.State.SUBMITTED: (_("With the head"), Tone.BUSY),
        EntryVersion.State.APPROVED: (_("In review"), Tone.BUSY),
        EntryVersion.State.RETURNED: (_("Returned"), Tone.WARN),
        EntryVersion.State.PUBLISHED: (_("Published"), Tone.GOOD),
        EntryVersion.State.SUPERSEDED: (_("Superseded"), Tone.CALM),
        EntryVersion.State.FORBIDDEN: (_("Secret, not catalogued"), Tone.BAD),
    },
    "request": {
        ShareRequest.State.DRAFT: (_("Draft"), Tone.CALM),
        ShareRequest.State.WAITING: (_("Waiting for approval"), Tone.BUSY),
        ShareRequest.State.APPLIED: (_("With the provider"), Tone.BUSY),
        ShareRequest.State.NOTICED: (_("To be completed"), Tone.WARN),
        ShareRequest.State.AGREED: (_("Agreed"), Tone.GOOD),
        ShareRequest.State.GRANTED: (_("Granted"), Tone.GOOD),
        ShareRequest.State.DELIVERED: (_("Delivered"), Tone.GOOD),
        ShareRequest.State.UNDELIVERED: (_("Ended before delivery"), Tone.CALM),
        ShareRequest.State.REFUSED: (_("Not agreed"), Tone.BAD),
        ShareRequest.State.WITHDRAWN: (_("Withdrawn"), Tone.CALM),
    },
    "grant": {
        GrantRow.State.ACTIVE: (_("In force"), Tone.GOOD),
        GrantRow.State.SUSPENDED: (_("Suspended"), Tone.WARN),
        GrantRow.State.ENDED: (_("Ended"), Tone.CALM),
    },
    "drift": {
        "no_table": (_("No live table"), Tone.BAD),
        "column_missing": (_("Column gone"), Tone.BAD),
        "column_new": (_("New column"), Tone.WARN),
        "type_changed": (_("Type changed"), Tone.BAD),
        "length_exceeded": (_("Too long"), Tone.WARN),
        "volume": (_("Volume changed"), Tone.BAD),
        "stale": (_("Out of date"), Tone.BAD),
    },
    "verdict": {
        "passed": (_("Passed"), Tone.GOOD),
        "failed": (_("Failed"), Tone.BAD),
        "never": (_("Not checked"), Tone.CALM),
    },
    "risk": {
        CageHit.Outcome.OPEN: (_("Undecided"), Tone.WARN),
        CageHit.Outcome.UPHELD: (_("Real"), Tone.BAD),
        CageHit.Outcome.DISMISSED: (_("False alarm"), Tone.CALM),
    },
    "outcome": {
        "answered": (_("Answered"), Tone.GOOD),
        "refused": (_("Refused"), Tone.BAD),
    },
    "call": {
        "taken": (_("Taken"), Tone.GOOD),
        "waiting": (_("On its way"), Tone.BUSY),
        "given_up": (_("Given up"), Tone.BAD),
    },
    "post": {
        "now": (_("In office"), Tone.GOOD),
        "ahead": (_("To be taken up"), Tone.BUSY),
        "over": (_("Over"), Tone.CALM),
    },
    "standing": {
        "gives": (_("The role may"), Tone.GOOD),
        "elsewhere": (_("Only in its own unit"), Tone.WARN),
        "lacks": (_("The role may not"), Tone.CALM),
        "unknown": (_("The pack has no such role"), Tone.BAD),
    },
    "log": {
        "sound": (_("Sound"), Tone.GOOD),
        "fault": (_("Batch refused"), Tone.BAD),
        "silent": (_("Nothing received"), Tone.CALM),
    },
    "duty": {
        "late": (_("Late"), Tone.BAD),
        "open": (_("In hand"), Tone.BUSY),
        "handed_in": (_("Handed in"), Tone.BUSY),
        "coming": (_("Not open yet"), Tone.CALM),
        "nobody": (_("No unit registered for it"), Tone.WARN),
        "done": (_("Done"), Tone.GOOD),
        "target": (_("Target"), Tone.CALM),
        "in_effect": (_("In effect"), Tone.CALM),
        "before": (_("Before this hub"), Tone.CALM),
    },
    "limit": {
        "late": (_("Missed"), Tone.BAD),
        "near": (_("Due soon"), Tone.WARN),
        "running": (_("Running"), Tone.GOOD),
        "resting": (_("Resting"), Tone.CALM),
    },
    "running": {
        "in_use": (_("In use"), Tone.GOOD),
        "migrating": (_("Being moved"), Tone.BUSY),
        "merged": (_("Merged"), Tone.CALM),
        "frozen": (_("Frozen"), Tone.WARN),
        "closed": (_("Shut down"), Tone.CALM),
    },
    "reported": {
        "standing": (_("Reported"), Tone.BUSY),
        "checked": (_("Checked, holds"), Tone.GOOD),
        "refuted": (_("Refuted"), Tone.BAD),
        "withdrawn": (_("Withdrawn"), Tone.CALM),
    },
    "incident": {
        "contain": (_("To be contained"), Tone.BAD),
        "explain": (_("Contained"), Tone.WARN),
        "review": (_("Explained"), Tone.BUSY),
        "closed": (_("Closed"), Tone.GOOD),
        "unfounded": (_("There was none"), Tone.CALM),
    },
    "reached": {
        "met": (_("Reached"), Tone.GOOD),
        "missed": (_("Not reached"), Tone.BAD),
        "ahead": (_("Still to come"), Tone.BUSY),
        "unmeasured": (_("Without a number"), Tone.CALM),
    },
    "patrol": {
        "sealed": (_("List sealed"), Tone.CALM),
        "drawn": (_("Sample drawn"), Tone.BUSY),
        "begun": (_("Under way"), Tone.WARN),
        "closed": (_("Closed"), Tone.GOOD),
    },
    "circular": {
        "draft": (_("Draft"), Tone.CALM),
        "review": (_("In review"), Tone.BUSY),
        "reviewed": (_("Agreed to"), Tone.BUSY),
        "published": (_("Published"), Tone.GOOD),
    },
    "mark": {
        "right": (_("As it should be"), Tone.GOOD),
        "wrong": (_("Not as it should be"), Tone.BAD),
        "apart": (_("Does not apply"), Tone.CALM),
    },
    "project": {
        "draft": (_("Being proposed"), Tone.CALM),
        "review": (_("In approval"), Tone.BUSY),
        "building": (_("Being built"), Tone.BUSY),
        "operating": (_("Accepted, running"), Tone.GOOD),
        "evaluated": (_("Evaluated"), Tone.GOOD),
        "declined": (_("Declined"), Tone.BAD),
        "stopped": (_("Given up"), Tone.CALM),
    },
    "verdict_of_gate": {
        "yes": (_("Passes"), Tone.GOOD),
        "conditions": (_("On conditions"), Tone.WARN),
        "no": (_("Does not pass"), Tone.BAD),
        "none": (_("Not judged"), Tone.CALM),
    },
    "finding": {
        "pass": (_("Holds"), Tone.GOOD),
        "condition": (_("Condition"), Tone.WARN),
        "stop": (_("Stops it"), Tone.BAD),
    },
    "plan": {
        "draft": (_("Draft"), Tone.CALM),
        "review": (_("In review"), Tone.BUSY),
        "approved": (_("Approved"), Tone.GOOD),
        "declined": (_("Declined"), Tone.BAD),
    },
    "plan_line": {
        "planned": (_("Planned"), Tone.CALM),
        "added": (_("Added off plan"), Tone.WARN),
        "rolled": (_("Rolled forward"), Tone.BUSY),
    },
    "budget": {
        "review": (_("In review"), Tone.BUSY),
        "arranged": (_("Arranged"), Tone.GOOD),
        "declined": (_("Declined"), Tone.BAD),
    },
    "law": {
        "built": (_("Built"), Tone.GOOD),
        "part": (_("Partly built"), Tone.WARN),
        "recorded": (_("Recorded"), Tone.BUSY),
        "shown": (_("Shown only"), Tone.CALM),
        "missing": (_("Not built"), Tone.BAD),
        "outside": (_("Not software"), Tone.CALM),
    },
}

GRADES: dict[Grade, str] = {
    Grade.GENERAL_1: _("General 1"),
    Grade.GENERAL_2: _("General 2"),
    Grade.GENERAL_3: _("General 3"),
    Grade.GENERAL_4: _("General 4"),
    Grade.IMPORTANT: _("Important"),
    Grade.CORE: _("Core"),
}
TYPES: dict[ItemType, str] = {
    ItemType.CHARACTER: _("Text"),
    ItemType.NUMBER: _("Number"),
    ItemType.CURRENCY: _("Currency"),
    ItemType.DATE: _("Date"),
    ItemType.DATETIME: _("Date and time"),
    ItemType.LOGICAL: _("Yes or no"),
    ItemType.MEMO: _("Memo"),
    ItemType.GENERAL: _("General object"),
    ItemType.DOUBLE: _("Double"),
    ItemType.INTEGER: _("Integer"),
    ItemType.FLOAT: _("Float"),
}
MASKS = {
    "keep": _("As it is"),
    "drop": _("Not given"),
    "partial": _("Partly masked"),
    "hash": _("Keyed hash"),
    "generalise": _("Generalised"),
}
KINDS = {
    "": _("Not personal"),
    "name": _("Person's name"),
    "citizen_id": _("Citizen ID"),
    "phone": _("Phone number"),
    "address": _("Address"),
    "date": _("Date of a person"),
}
OPERATORS: dict[Operator, str] = {
    Operator.EQ: _("is"),
    Operator.IN: _("is one of"),
    Operator.PREFIX: _("begins with"),
    Operator.GE: _("is at least"),
    Operator.LE: _("is at most"),
}

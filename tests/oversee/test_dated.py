"""Dated duties: opened once for whom they concern, kept or late, closed by the office."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee.duties import days, holder, opened, take
from yunzhang import clock
from yunzhang.oversee.duties import dated, handing_in
from yunzhang.people import calendar, cases, turns, units, watch
from yunzhang.people.models import Case, Clock, Notice, Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Refused

QUARTER = "quarterly_progress"


@pytest.fixture
def guangxi(settings, hub: HubWorld) -> HubWorld:
    settings.PACK = "guangxi-2018"
    return hub


@pytest.fixture
def liuzhou(settings, hub: HubWorld) -> HubWorld:
    """The authority is the data bureau of the table, the others are departments of the city."""
    settings.PACK = "liuzhou-2020"
    Unit.objects.update(tier="city")
    Unit.objects.filter(is_authority=True).update(row="liuzhou.data_bureau")
    return hub


def owing(case: Case) -> Unit:
    return case.parties.get(party=handing_in.UNIT).unit


def clock_of(case: Case) -> Clock:
    return Clock.objects.get(subject=cases.subject_of(case))


def task(id: str, on: date) -> dated.Dated:
    [row] = [row for row in pack().tasks if row.id == id]
    return dated.Dated("tasks", row, on, row.cite)


def test_every_unit_with_a_chief_reports_at_the_end_of_the_quarter(guangxi):
    holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    _, due = days(QUARTER)

    found = opened(QUARTER, due)

    assert [owing(case) for case in found] == [guangxi.units[2]]
    running = clock_of(found[0])
    assert (running.due_on, running.unit) == (due, guangxi.units[2])
    assert (running.document, running.clause) == ("广西云长制方案(2018)", "四(三)")


HOLIDAY = date(2025, 10, 1)  # eight days off, of a year whose notice is out
FIRST_WORKDAY = date(2025, 10, 9)
LOCAL_HEAD = 'id = "local"\nzh = "试"\nen = "Try"\nover = "guangxi-2018"\n'
CITE = 'cite = { document = "广西云长制方案(2018)", clause = "四(三)" }'
LOCAL_ROWS = f"""
[[reports]]
id = "autumn"
zh = "秋季情况"
en = "Of the autumn"
cycle = "year"
month = 10
day = 1
who = ["cloud_chief_unit"]
{CITE}
MOVES

[[tasks]]
id = "autumn_task"
zh = "秋季任务"
en = "Task of the autumn"
number = 1
section = "一"
lead = ["guangxi.cloud_chief_office"]
due = [{{ on = 2025-10-01, {CITE}, MOVES }}]
{CITE}
"""


@pytest.mark.parametrize(
    ("row", "due"), [("true", FIRST_WORKDAY), ("false", HOLIDAY)], ids=["moves on", "stays"]
)
def test_a_day_on_a_holiday_moves_on_only_where_the_row_says_so(settings, hub, tmp_path, row, due):
    (tmp_path / "pack.toml").write_text(LOCAL_HEAD, encoding="utf-8")
    rows = LOCAL_ROWS.replace("MOVES", f"next_workday = {row}")
    (tmp_path / "rules.toml").write_text(rows, encoding="utf-8")
    settings.PACK = str(tmp_path)
    calendar.import_published(hub.reviewer, why=WHY)
    Unit.objects.filter(pk=hub.units[1].pk).update(row="guangxi.cloud_chief_office")
    holder(hub, "chief", hub.units[2], "cloud_chief")

    found = dated.open_due(HOLIDAY, HOLIDAY)

    ours = [case for case in found if "autumn" in case.about]
    assert len(ours) == 2
    assert {clock_of(case).due_on for case in ours} == {due}


def test_a_duty_is_opened_once_however_often_the_worker_looks(guangxi):
    holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    _, due = days(QUARTER)

    assert opened(QUARTER, due)
    assert not dated.open_due(due, due - timedelta(days=20))


def test_nothing_is_opened_before_its_time_nor_what_was_due_before_the_hub_began(guangxi):
    holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    past, due = days(QUARTER)
    ahead = timedelta(days=pack().limit("dated.ahead_days"))

    assert not opened_on(due - ahead - timedelta(days=1), past)
    assert due in opened_on(due - ahead, past)


def opened_on(today: date, past: date) -> list[date]:
    """The days of the reports a worker opens that looks on a day for the first time."""
    found = dated.open_due(today, past + timedelta(days=1))
    return [clock_of(case).due_on for case in found if QUARTER in case.about]


def test_the_turn_shows_the_day_at_every_step(guangxi):
    chief = holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    _, due = days(QUARTER)
    [case] = opened(QUARTER, due)

    assert [(t.step, t.clock.due_on) for t in turns.mine(guangxi.officer)] == [("draft", due)]

    take(guangxi.officer, case, "submit", report="上云三个系统。")

    assert not turns.mine(guangxi.officer)
    assert [(t.step, t.clock.due_on) for t in turns.mine(chief)] == [("sign", due)]


def test_the_office_accepts_or_sends_back(guangxi):
    chief = holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    office = holder(guangxi, "office", guangxi.units[1], "cloud_chief_office")
    _, due = days(QUARTER)
    [case] = opened(QUARTER, due)
    take(guangxi.officer, case, "submit", report="上云三个系统。")
    take(chief, case, "sign")
    assert clock_of(case).rested_on

    take(office, case, "return", reason="没有写明系统名称。")
    assert clock_of(case).rested_on is None
    assert clock_of(case).due_on == due

    take(guangxi.officer, case, "submit", report="上云三个系统：甲、乙、丙。")
    take(chief, case, "sign")
    closed = take(office, case, "accept")

    assert closed.closed_on == clock.today()
    assert clock_of(case).ended_on == clock.today()


def test_a_report_without_its_chief_or_its_paper_does_not_go_up(guangxi):
    holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    _, due = days(QUARTER)
    [case] = opened(QUARTER, due)

    with pytest.raises(Refused) as empty:
        take(guangxi.officer, case, "submit")
    take(guangxi.officer, case, "submit", report="上云三个系统。")
    with pytest.raises(Refused) as unsigned:
        take(guangxi.officer, case, "sign")

    assert empty.value.codes == ("procedure.paper_missing",)
    assert unsigned.value.codes == ("case.role_needed",)


def test_a_late_task_stands_on_the_list_of_key_supervision(guangxi):
    chief = holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    past, due = days(QUARTER)
    [late] = opened(QUARTER, past)
    opened(QUARTER, due)

    watch.sweep(clock.today())

    listed = dated.supervised(clock.today())
    assert [one.subject for one in listed] == [cases.subject_of(late)]
    told = Notice.objects.filter(kind="escalated", subject=cases.subject_of(late))
    assert chief.person in {one.person for one in told}

    take(guangxi.officer, late, "submit", report="补报。")
    take(chief, late, "sign")

    assert not dated.supervised(clock.today())


def test_the_head_of_chiefs_is_told_once_of_what_came_onto_the_list(settings, hub):
    settings.PACK = "chongqing-2019"
    head = holder(hub, "mayor", hub.units[1], "head_cloud_chief")
    holder(hub, "chief", hub.units[2], "cloud_chief")
    on = clock.today()
    [case] = dated.open_now(hub.reviewer, "reports", "chiefs_meeting", on, why=WHY)
    day_after = on + timedelta(days=1)

    assert dated.tell_supervised(on) == 0
    assert [dated.tell_supervised(day_after) for _ in range(2)] == [1, 1]

    told = Notice.objects.get(person=head.person, subject=cases.subject_of(case))
    assert told.kind == "escalated"
    assert case.title in told.zh


def test_a_new_day_asks_nothing_again_for_what_is_open_and_told(
    guangxi, django_assert_max_num_queries
):
    past, _ = days(QUARTER)
    for number in (2, 3):
        holder(guangxi, f"chief{number}", guangxi.units[number], "cloud_chief")
    cases_ = opened(QUARTER, past)
    dated.tell_supervised(clock.today())

    with django_assert_max_num_queries(16):
        again = dated.open_due(past, past)
        late = dated.tell_supervised(clock.today())

    assert (len(cases_), again, late) == (2, [], 2)


def test_what_is_sent_back_after_its_day_is_late_again_and_stays_missed(guangxi):
    chief = holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    past, _ = days(QUARTER)
    [case] = opened(QUARTER, past)
    for move, papers in (("submit", {"report": "补报。"}), ("sign", {})):
        take(guangxi.officer if papers else chief, case, move, **papers)

    take(guangxi.reviewer, case, "return", reason="数字不对。")
    missed, runs = Clock.objects.filter(subject=cases.subject_of(case)).order_by("pk")

    assert (missed.ended_on, runs.ended_on) == (clock.today(), None)
    assert (missed.due_on, runs.due_on) == (past, past)
    assert list(dated.supervised(clock.today())) == [runs]


def test_what_was_handed_in_on_its_day_was_in_time(guangxi):
    chief = holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    _, due = days(QUARTER)
    [case] = opened(QUARTER, due)
    take(guangxi.officer, case, "submit", report="上云三个系统。")
    take(chief, case, "sign")

    late = dated.supervised(due + timedelta(days=30))
    assert not late.filter(subject=cases.subject_of(case))


def test_the_lead_of_a_task_reports_and_the_earlier_date_is_its_deadline(liuzhou):
    due = dated.due_between(pack(), date(2020, 6, 30), date(2020, 6, 30))
    [first] = [one for one in due if one.row.id == "liuzhou.1"]

    found = dated.open_due(date(2020, 6, 30), date(2020, 6, 30))

    [case] = [case for case in found if "liuzhou.1:" in case.about]
    assert owing(case) == liuzhou.units[1]
    assert {row.unit for row in case.parties.filter(party=handing_in.DUTY)} == {
        liuzhou.units[2],
        liuzhou.units[3],
    }
    assert clock_of(case).due_on == date(2020, 6, 30)
    assert [other.on for other in first.others] == [date(2020, 12, 31)]
    assert "2020-12-31" in case.content


def test_a_task_of_all_departments_concerns_each_of_them(liuzhou):
    [row] = [row for row in pack().tasks if row.id == "liuzhou.17"]

    found = dated.units_of(dated.Dated("tasks", row, date(2023, 6, 30), row.cite))

    assert found == [liuzhou.units[2], liuzhou.units[3]]


def test_a_unit_of_another_tier_or_kind_is_not_concerned(liuzhou):
    Unit.objects.filter(pk=liuzhou.units[2].pk).update(tier="county")
    Unit.objects.filter(pk=liuzhou.units[3].pk).update(kind="government")

    assert not dated.units_of(task("liuzhou.17", date(2023, 6, 30)))


@pytest.mark.parametrize(
    "kind",
    ["congress", "consultative_conference", "court", "procuratorate", "discipline_inspection",
     "party_body"],
)  # fmt: skip
def test_a_court_or_a_congress_is_a_unit_of_its_kind_and_owes_no_task_of_departments(liuzhou, kind):
    found = units.change(
        liuzhou.reviewer, liuzhou.units[3], name="市中级人民法院", short_name="市中院", tier="city",
        parent=None, is_authority=False, kind=kind, row="", sharing_body="", why=WHY,
    )  # fmt: skip

    assert found.kind == kind
    assert dated.units_of(task("liuzhou.17", date(2023, 6, 30))) == [liuzhou.units[2]]


def test_a_task_in_effect_from_a_day_is_shown_and_never_late(liuzhou):
    due = dated.due_between(pack(), date(2020, 3, 24), date(2020, 3, 24))

    [seventh] = [one for one in due if one.row.id == "liuzhou.7"]

    assert seventh.begins
    assert not seventh.opens
    assert not dated.open_due(date(2020, 3, 24), date(2020, 3, 24))


def test_targets_stand_among_the_dated_duties(guangxi):
    due = dated.due_between(pack(), date(2020, 12, 31), date(2020, 12, 31))

    targets = [one for one in due if one.table == "targets"]

    assert "chiefs_everywhere.2020" in {one.row.id for one in targets}
    assert not any(one.opens for one in targets)


def test_a_duty_without_a_date_is_opened_by_hand(guangxi):
    office = holder(guangxi, "office", guangxi.units[1], "cloud_chief_office")
    on = clock.today() + timedelta(days=10)
    assert "campaign_progress" in {one.row.id for one in dated.undated(pack())}

    found = dated.open_now(office, "reports", "campaign_progress", on, why=WHY)

    assert {owing(case) for case in found} == {guangxi.units[2], guangxi.units[3]}
    assert clock_of(found[0]).due_on == on


@pytest.mark.parametrize(
    ("id", "back", "code"),
    [
        ("nothing", 0, "dated.unknown"),
        ("campaign_progress", 1, "dated.day_over"),
        ("supervision_result", 0, "dated.nobody"),
    ],
)
def test_what_cannot_be_opened_by_hand_says_why(guangxi, id, back, code):
    office = holder(guangxi, "office", guangxi.units[1], "cloud_chief_office")
    on = clock.today() - timedelta(days=back)

    with pytest.raises(Refused) as caught:
        dated.open_now(office, "reports", id, on, why=WHY)

    assert caught.value.codes == (code,)


def test_an_officer_opens_no_duty(guangxi):
    with pytest.raises(Refused) as caught:
        dated.open_now(guangxi.officer, "reports", "campaign_progress", clock.today(), why=WHY)

    assert caught.value.codes == ("case.role_needed",)
    assert not Case.objects.exists()

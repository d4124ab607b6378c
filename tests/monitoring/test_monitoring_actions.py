from datetime import timedelta

import pytest
from sklearn.metrics import roc_auc_score

from remit.inventory import search
from remit.inventory.search import Search
from remit.kernel import clock, paths
from remit.kernel.problems import Broken, Conflict, Denied, Invalid
from remit.ledger.models import Event
from remit.measure.backends import arrow
from remit.monitoring import actions, queries

from .conftest import LIMITS, SCHEMA, SINCE, UNTIL, drawn


@pytest.fixture
def version(bank):
    return bank.register("1")


@pytest.fixture
def monitor(bank, version):
    return define(bank, version)


def define(bank, version, **changes):
    asked = {
        "acting_user": bank.people.operations,
        "version": version,
        "name": "weekly",
        "schema": SCHEMA,
        "limits": LIMITS,
        "reference": drawn(400, 1),
        "owner": bank.people.owner,
    }
    return actions.define_monitor(**asked | changes)


def run(monitor, label="week 19", **changes):
    asked = {"acting_user": "system:jobs", "monitor": monitor, "label": label, "since": SINCE, "until": UNTIL}
    return actions.run_window(**asked | changes)


def test_a_window_like_the_reference_is_healthy(monitor, version, decide):
    rows = drawn(300, 2)
    decide(version, rows)
    window = run(monitor)
    assert (window.rows, window.verdict) == (300, "ok")
    assert queries.health([version]) == {version.pk: "healthy"}
    assert search.rows(Search(), units=None).get(version=version).health == "healthy"
    auc = next(row for row in window.results if row["metric"] == "auc" and not row["segment"])
    exact = roc_auc_score([row["label"] == "denied" for row in rows], [row["score"] for row in rows])
    assert auc["value"] == pytest.approx(exact, abs=2e-3)
    assert {row["metric"] for row in window.results} == {"psi", "auc", "adverse_impact_ratio"}
    assert not monitor.alarms.exists()


def test_a_shift_raises_one_alarm_with_an_owner_and_a_clock(bank, monitor, version, decide):
    decide(version, drawn(300, 2, shift=1.5))
    with clock.at(UNTIL):
        window = run(monitor)
    assert window.verdict == "breach"
    alarm = monitor.alarms.get(metric="psi")
    assert (alarm.column, alarm.owner, alarm.opened_at) == ("score", bank.people.owner, UNTIL)
    assert alarm.value > alarm.limit == 0.25
    assert alarm.due_at > UNTIL
    assert "over the limit of 0.25, on 300 rows" in alarm.says
    assert list(queries.open_alarms(bank.use_case)) == list(monitor.alarms.order_by("due_at"))
    assert Event.objects.filter(name="alarm.raised").count() == monitor.alarms.count()


def test_only_this_versions_own_decisions_in_the_window_count(bank, monitor, version, decide):
    decide(version, drawn(120, 2))
    decide(bank.register("2"), drawn(50, 3, shift=3), since=SINCE + timedelta(hours=1))
    decide(version, drawn(40, 4, shift=3), since=SINCE + timedelta(hours=2), variant="control")
    decide(version, drawn(40, 5, shift=3), since=SINCE + timedelta(hours=3), status="refused")
    decide(version, drawn(40, 6, shift=3), since=UNTIL)
    assert run(monitor).rows == 120


def test_outcomes_that_have_not_arrived_do_not_pass(monitor, version, decide):
    decide(version, [row | {"label": None} for row in drawn(150, 2)])
    auc = next(row for row in run(monitor).results if row["metric"] == "auc" and not row["segment"])
    assert (auc["verdict"], auc["value"]) == ("not_computable", None)
    assert auc["reason"]


def test_a_window_is_measured_once_and_needs_decisions(monitor, version, decide):
    with pytest.raises(Conflict, match="decided nothing"):
        run(monitor)
    decide(version, drawn(120, 2))
    run(monitor)
    with pytest.raises(Conflict, match="measured already"):
        run(monitor)


def test_the_stored_profile_measures_again_to_the_same_counts(monitor, version, decide):
    decide(version, drawn(120, 2))
    window = run(monitor)
    profile = arrow.load((paths.profiles() / window.profile).read_bytes())
    assert profile.rows == 120
    assert profile.numeric["score"].n == 120


def test_a_changed_or_lost_reference_is_refused(monitor, version, decide):
    decide(version, drawn(120, 2))
    path = paths.profiles() / monitor.reference_profile
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Broken, match="was changed"):
        run(monitor)
    path.unlink()
    with pytest.raises(Broken, match="missing"):
        run(monitor)
    assert not monitor.windows.exists()


def test_a_name_never_becomes_a_path(bank, version, decide):
    monitor = define(bank, version, name="../../../escape")
    decide(version, drawn(120, 2))
    window = run(monitor, label="../../out")
    for kept in (monitor.reference_profile, window.profile):
        assert (paths.profiles() / kept).resolve().is_relative_to(paths.profiles().resolve())
        assert (paths.profiles() / kept).is_file()


def test_an_alarm_is_answered_once_with_a_decision(bank, monitor, version, decide):
    decide(version, drawn(300, 2, shift=1.5))
    run(monitor)
    alarm = monitor.alarms.get(metric="psi")
    with pytest.raises(Denied):
        actions.close_alarm(acting_user=bank.people.finance, alarm=alarm, resolution="Fine.")
    with pytest.raises(Invalid):
        actions.close_alarm(acting_user=bank.people.owner, alarm=alarm, resolution="  ")
    closed = actions.close_alarm(acting_user=bank.people.owner, alarm=alarm, resolution="Applicants changed.")
    assert closed.closed_by == bank.people.owner
    assert alarm not in queries.open_alarms(bank.use_case)
    with pytest.raises(Conflict, match=alarm.reference):
        actions.close_alarm(acting_user=bank.people.owner, alarm=alarm, resolution="Again.")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reference": []}, Invalid),
        ({"limits": [{"metric": "psi", "direction": "up", "breach": 1}]}, Invalid),
        ({"limits": [{"metric": "psy", "direction": "above", "breach": 1}]}, Invalid),
        ({"limits": [{"metric": "psi", "column": "x", "direction": "above", "breach": 1}]}, Invalid),
        ({"schema": {"columns": [{"name": "x", "role": "odd"}]}}, Invalid),
    ],
)
def test_a_monitor_with_mistakes_is_not_defined(bank, version, changes, error):
    with pytest.raises(error):
        define(bank, version, **changes)
    assert not queries.monitors(version).exists()


def test_two_monitors_of_one_name_are_not_defined(bank, monitor, version):
    with pytest.raises(Invalid, match="already"):
        define(bank, version)
    with pytest.raises(Denied):
        define(bank, version, acting_user=bank.people.finance, name="other")
    assert queries.monitored_metrics(version) == ["adverse_impact_ratio", "auc", "psi"]
    assert queries.health([version]) == {version.pk: "not_running"}

"""The battery, part five: the catalogue passes what functions of one's own must pass, which finds what it declares."""

import pytest

from actloss_cli.catalogue import OPTIMIZERS
from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.extending.checks.activation import check_activation
from actloss_cli.extending.checks.finding import fault_in
from actloss_cli.extending.checks.loss import check_loss
from actloss_cli.extending.checks.optimizer import check_optimizer
from actloss_cli.extending.measured_range import measured_range
from tests.battery.cases import ACTIVATION_CASES, LOSS_CASES


@pytest.mark.parametrize("case", ACTIVATION_CASES, ids=str)
def test_an_activation_passes_and_acts_as_it_is_declared(case):
    checked = check_activation(case.spec, case.hyper)
    assert [finding.message for finding in checked.findings if finding.outcome != "holds"] == []
    assert (checked.along_features, checked.keeps_trials_apart) == (case.spec.along_features, True)


@pytest.mark.parametrize("case", LOSS_CASES, ids=str)
def test_a_loss_passes(case):
    checked = check_loss(case.spec, case.hyper)
    assert [finding.message for finding in checked.findings if finding.outcome != "holds"] == []
    assert checked.keeps_trials_apart


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_an_optimizer_passes(spec):
    findings = check_optimizer(spec, spec.hyper)
    assert fault_in(findings) == ""
    assert [finding.message for finding in findings if finding.outcome == "note"] == []


@pytest.mark.parametrize("case", [c for c in ACTIVATION_CASES if not c.spec.learnable], ids=str)
def test_a_measured_range_is_the_declared_one(case):
    function = function_at_start(case.spec, case.hyper)
    found = measured_range(function, along_features=case.spec.along_features)
    declared = case.spec.range_for(case.hyper)
    assert (found.low, found.high) == (pytest.approx(declared.low, abs=2e-5), pytest.approx(declared.high, abs=2e-5))

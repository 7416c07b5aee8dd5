"""What verdicts hang on, set in a config: its values, its messages, and that it says itself again."""

import pytest

from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.errors import UserError
from actloss_cli.plan.thresholds import Thresholds

HEAD = "name: a\ntasks: [{kind: binary, dataset: moons}]\n"


def load(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    return load_config(str(path), [])


def test_without_a_word_the_design_holds(tmp_path):
    assert load(tmp_path, HEAD).thresholds == Thresholds()


def test_what_is_set_replaces_that_number_alone(tmp_path):
    found = load(tmp_path, HEAD + "verdict: {margin: 0.02, looks: 2}\n").thresholds
    assert found == Thresholds(margin=0.02, looks=2)


def test_the_resolved_config_says_it_again(tmp_path):
    found = load(tmp_path, HEAD + "verdict: {margin: 0.02}\n")
    assert load(tmp_path, dump_yaml(found.resolved())).thresholds == found.thresholds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("verdict: {margin: 1.5}", "must be below 1, not 1.5"),
        ("verdict: {margin: 0}", "must be above 0, not 0"),
        ("verdict: {looks: 3}", "must be at most 2, not 3"),
        ("verdict: {margn: 0.1}", "unknown key 'margn'"),
        ("verdict: {margin: 0.8}", "'fail_share' (0.25) must be below 1 - 'margin' (0.2)"),
    ],
)
def test_a_number_that_makes_no_sense_is_told(tmp_path, text, message):
    with pytest.raises(UserError) as refusal:
        load(tmp_path, HEAD + text + "\n")
    assert message in str(refusal.value.problems[0])


def test_two_looks_spend_half_each():
    once, twice = Thresholds(), Thresholds(looks=2)
    assert (once.look_level, once.look_slow_p) == (pytest.approx(0.95), 0.025)
    assert (twice.look_level, twice.look_slow_p) == (pytest.approx(0.975), 0.0125)

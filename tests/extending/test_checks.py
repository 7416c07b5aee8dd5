"""Each way in which a function can be wrong is found, and told in words that say what to do."""

import pytest
import torch

from actloss_cli.catalogue import UnknownFunction
from actloss_cli.catalogue.interval import REAL, Interval
from actloss_cli.extending.checks import calling
from actloss_cli.extending.loading import check_by_name, load
from actloss_cli.extending.measured_range import measured_range
from tests.extending.modules import FAULTY, SOUND


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_sound.py").write_text(SOUND)
    (folder / "own_faulty.py").write_text(FAULTY)
    (folder / "own_broken.py").write_text("import torch\n1 / 0\n")
    (folder / "own_missing.py").write_text("import nothing_of_this_name\n")
    (folder / "own_exit.py").write_text("raise SystemExit('over')\n")
    return str(folder)


@pytest.mark.parametrize(
    ("role", "name", "fault"),
    [
        ("activation", "raises", "raises ArithmeticError: no value, given [6, 4]"),
        ("output", "another_shape", "gives [6] for [6, 4]: an activation keeps the shape"),
        ("activation", "number", "gives a float, not a tensor"),
        (
            "activation",
            "in_place",
            "changes its input: write y = x.clamp(min=0), say, not x.clamp_(min=0)",
        ),
        (
            "activation",
            "detached",
            "gives no gradient: what comes below it can't learn; keep to torch's operations on x",
        ),
        (
            "activation",
            "random",
            "gives other numbers for the same input: random numbers come as 'noise' to an ActivationSpec with "
            "stochastic=True",
        ),
        ("activation", "single", "gives float32 for float64: an activation keeps the type of its numbers"),
        (
            "loss",
            "mean_loss",
            "gives [] for [6, 1]: a loss gives one number for each row; leave .mean() and .sum() out",
        ),
    ],
)
def test_a_faulty_function_is_told_what_is_wrong(folder, role, name, fault):
    assert load(role, f"python:own_faulty:{name}", [folder]).spec.fault == fault


def test_a_function_that_takes_a_minute_is_given_up(folder, monkeypatch):
    monkeypatch.setattr(calling, "LIMIT_S", 0.2)
    loaded = load("activation", "python:own_faulty:takes_a_minute", [folder])
    assert loaded.spec.fault == "takes longer than 0.2 s for one call"


def test_a_function_that_gives_nan_is_trained_and_noted(folder):
    loaded = load("activation", "python:own_faulty:nan", [folder])
    assert loaded.spec.fault == ""
    assert "isn't finite at 121 of 121 points from -30 to 30, such as 0: training diverges where it gets there" in {
        finding.message for finding in loaded.findings
    }


@pytest.mark.parametrize(
    ("role", "name", "message", "hint"),
    [
        (
            "activation",
            "python:own_faulty:AClass",
            "'python:own_faulty:AClass' is a class, not an activation",
            "name a function of one tensor, such as: def my_act(x): return x.tanh()",
        ),
        (
            "loss",
            "python:own_faulty:A_NUMBER",
            "'python:own_faulty:A_NUMBER' is a int, not a loss",
            "name a function of outputs and targets, such as: def my_loss(u, target): return (u - target).abs()",
        ),
        (
            "optimizer",
            "python:own_faulty:AClass",
            "'python:own_faulty:AClass' is a class, not an optimizer",
            "name a torch.optim.Optimizer class, or a function (parameters, lr) that gives one",
        ),
        (
            "activation",
            "python:own_faulty:needs_more",
            "'python:own_faulty:needs_more' asks for 'slope'",
            "it is called with x; give 'slope' a default",
        ),
        (
            "activation",
            "python:own_faulty:rases",
            "module 'own_faulty' (FOLDER/own_faulty.py) has no 'rases'",
            "did you mean 'raises'?",
        ),
        (
            "activation",
            "python:own_broken:f",
            "'own_broken' can't be imported: ZeroDivisionError: division by zero",
            "see it with: python -c 'import own_broken'",
        ),
        (
            "activation",
            "python:own_missing:f",
            "'own_missing' can't be imported: ModuleNotFoundError: No module named 'nothing_of_this_name'",
            "see it with: python -c 'import own_missing'",
        ),
        (
            "activation",
            "python:own_exit:f",
            "'own_exit' can't be imported: SystemExit: over",
            "see it with: python -c 'import own_exit'",
        ),
        (
            "activation",
            "python:own_absent.part:f",
            "there is no module 'own_absent' in what is installed or FOLDER",
            "put own_absent.py beside the config, or install its package",
        ),
        (
            "activation",
            "python:own_faulty",
            "'python:own_faulty' is not of the form python:MODULE:NAME",
            "such as python:mymodule:my_function",
        ),
    ],
)
def test_what_is_no_function_is_told_with_a_hint(folder, role, name, message, hint):
    with pytest.raises(UnknownFunction) as refusal:
        load(role, name, [folder])
    assert (refusal.value.message.replace(folder, "FOLDER"), refusal.value.hint) == (message, hint)


def test_a_function_becomes_a_declaration_with_measured_properties(folder):
    spec = load("activation", "python:own_sound:twice_tanh", [folder]).spec
    assert (spec.formula, dict(spec.hyper), spec.along_features, spec.keeps_trials_apart) == (
        "scale tanh(x)",
        {"scale": 2.0},
        False,
        True,
    )
    assert spec.range_for(spec.hyper) == Interval(-2.0, 2.0)
    assert spec.range_for({"scale": 3.0}) == Interval(-3.0, 3.0)


@pytest.mark.parametrize(
    ("name", "along_features", "keeps_apart"),
    [("unit", False, True), ("last_axis_softmax", True, False), ("centred", True, False), ("SLOPED", False, True)],
)
def test_on_what_a_result_depends_decides_stack_or_loop(folder, name, along_features, keeps_apart):
    spec = load("activation", f"python:own_sound:{name}", [folder]).spec
    assert (spec.fault, spec.along_features, spec.keeps_trials_apart) == ("", along_features, keeps_apart)


def test_a_plain_function_is_an_activation_and_a_declaration_is_what_it_says(folder):
    roles = {
        name: check_by_name(None, f"python:own_sound:{name}", [folder]).spec for name in ("unit", "LOGISTIC", "Signs")
    }
    assert [type(spec).__name__ for spec in roles.values()] == ["ActivationSpec", "LossSpec", "OptimizerSpec"]
    assert dict(roles["Signs"].hyper) == {"decay": 0.0}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (torch.relu, Interval(0.0, float("inf"))),
        (torch.nn.functional.softsign, Interval(-1.0, 1.0)),
        (torch.exp, Interval(0.0, float("inf"))),
        (lambda x: torch.log1p(x.abs()) * x.sign(), REAL),
        (lambda x: x * torch.nan, REAL),
        (lambda x: torch.sin(3 * x), Interval(-1.0, 1.0)),
        (lambda x: torch.full_like(x, 7.0) + 0 * x, Interval(7.0, 7.0)),
    ],
)
def test_a_range_is_measured_by_how_values_grow(function, expected):
    assert measured_range(function, along_features=False) == expected


def test_the_digest_follows_the_whole_file_and_a_changed_module_is_imported_again(tmp_path):
    path = tmp_path / "own_changing.py"
    path.write_text("SCALE = 1.0\n\n\ndef f(x):\n    return SCALE * x\n")
    before = load("activation", "python:own_changing:f", [str(tmp_path)])
    path.write_text("SCALE = 2.0  # twice\n\n\ndef f(x):\n    return SCALE * x\n")
    after = load("activation", "python:own_changing:f", [str(tmp_path)])
    assert before.code.digest != after.code.digest
    assert after.spec.apply(torch.ones(1, 1)).item() == 2.0


def test_a_file_beside_the_config_can_not_stand_in_for_an_installed_module(tmp_path):
    (tmp_path / "quopri.py").write_text("raise SystemExit('shadowed')\n")
    with pytest.raises(UnknownFunction, match=r"module 'quopri' \(.*python.*\) has no 'nothing'"):
        load("activation", "python:quopri:nothing", [str(tmp_path)])

"""`actloss explain` as a user meets it: the card in text and JSON, its figure, messages to the letter."""

import csv
import json
import sys
from types import SimpleNamespace

import pytest

from actloss_cli.catalogue import KINDS
from actloss_cli.cli import app as command
from actloss_cli.cli.explain import KindOption
from actloss_cli.reference.measured import TABLE

KEYS = [
    "undefined_share",
    "reach",
    "sign_correct",
    "pull",
    "pull_max",
    "convex",
    "loss_floor",
    "proper",
    "calibrated",
    "matching",
    "r2_ceiling",
    "predicted",
    "rule",
]


@pytest.fixture
def explain(monkeypatch, capsys, tmp_path):
    """Runs the command in `tmp_path`, in this process."""

    def run(*arguments, columns=80):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["actloss", "explain", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            command.main()
        streams = capsys.readouterr()
        return SimpleNamespace(returncode=stop.value.code or 0, stdout=streams.out, stderr=streams.err)

    return run


def test_the_card_of_a_pairing_reads_from_its_prediction_to_its_sketch(explain):
    answer = explain("--task", "binary", "--output", "sigmoid", "--loss", "mse")
    assert answer.returncode == 0
    lines = answer.stdout.splitlines()
    assert lines[0] == "sigmoid output + mse on two classes: ✓ predicted works"
    assert "! gradient when confidently wrong    0.23 % of its largest: 6.7e-4 of 0.296" in lines
    assert "  standard loss for the output       bce" in lines
    assert any(line.startswith("notice: sigmoid is flat where") for line in lines)
    assert any("1111111" in line for line in lines)
    assert lines[-1] == "0: class 0; 1: class 1; *: both"


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_card_fits_any_width_without_colour_or_trailing_spaces(explain, columns):
    arguments = ("--task", "multiclass", "--output", "softmax", "--loss", "sparse_categorical_cross_entropy")
    text = explain(*arguments, "--activation", "tanh", "--depth", 20, "--init", "lecun", columns=columns).stdout
    assert max(map(len, text.splitlines())) <= columns
    assert "\x1b" not in text
    assert "tanh in 20 hidden layers of 32 units, init" in " ".join(text.split())


def test_the_json_has_every_stable_key(explain):
    found = json.loads(explain("--task", "binary", "--output", "sigmoid", "--loss", "mse", "--json").stdout)
    assert set(KEYS) <= set(found)
    assert found["pull"] == pytest.approx(6.7e-4, abs=1e-5)
    assert found["reach"] == [0, 1]
    assert (found["convex"], found["proper"], found["calibrated"], found["matching"]) == (False, True, True, False)
    assert (found["predicted"], found["r2_ceiling"], found["unbounded"]) == ("works", None, False)


def test_the_json_has_what_the_reference_grid_measured(explain):
    found = json.loads(explain("--task", "binary", "--output", "softmax", "--loss", "cross_entropy", "--json").stdout)
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["output"], row["loss"]) == ("softmax", "cross_entropy")]
    rows = [row for row in rows if row["kind"] == "binary"]
    assert sum(one["pairings"] for one in found["measured"]) == len(rows) > 0
    for one in found["measured"]:
        verdicts = [row["verdict"] for row in rows if row["dataset"] == one["dataset"]]
        assert one["verdicts"] == {verdict: verdicts.count(verdict) for verdict in set(verdicts)}
        assert one["working"] == verdicts.count("works") + verdicts.count("slow")
    arguments = ("--task", "binary", "--output", "hardshrink", "--loss", "focal", "--json")
    assert json.loads(explain(*arguments).stdout)["measured"] == []


def test_the_json_of_hidden_layers_has_sizes_by_layer_and_where_they_settle(explain):
    # under lecun SELU keeps mean 0 and variance 1 (Klambauer et al., 2017); gradients grow by sqrt(1.0716)
    arguments = ("--task", "binary", "--output", "sigmoid", "--loss", "bce", "--json")
    hidden = json.loads(explain(*arguments, "--activation", "selu", "--depth", 3, "--init", "lecun").stdout)["hidden"]
    assert [len(hidden[name]) for name in ("activation_rms", "off_centre", "delta_rms")] == [3, 3, 4]
    assert hidden["fixed_point"] == pytest.approx({"variance": 1, "mean": 0, "growth": 1.0716}, abs=1e-4)
    assert hidden["delta_growth"][0] == pytest.approx(1.0716**0.5, abs=1e-4)


def test_the_card_of_hidden_layers_plots_the_function_and_sizes_by_layer(explain):
    text = explain(
        "--task", "binary", "--output", "sigmoid", "--loss", "bce", "--activation", "relu", "--init", "kaiming"
    ).stdout
    assert "relu(z)                                size (rms) by layer, power of ten\n" in text
    assert text.endswith(
        "f: the function; d: its derivative; v: values; g: gradient, over the output\nlayer's; *: both\n"
    )


def test_the_json_of_an_unbounded_loss_is_valid(explain):
    arguments = ("--task", "multiclass", "--classes", 3, "--output", "identity", "--loss", "nll", "--json")
    found = json.loads(explain(*arguments).stdout)
    assert (found["loss_floor"], found["unbounded"], found["reach"]) == (None, True, [None, None])
    assert found["predicted"] == "fails"


@pytest.mark.parametrize(("output", "loss"), [("identity", "bce"), ("identity", "poisson")])
def test_an_invalid_pairing_gets_a_card_and_json_with_all_keys(explain, output, loss):
    answer = explain("--task", "binary", "--output", output, "--loss", loss)
    assert answer.returncode == 0
    assert "predicted invalid" in answer.stdout
    found = json.loads(explain("--task", "binary", "--output", output, "--loss", loss, "--json").stdout)
    assert set(KEYS) <= set(found)
    assert found["predicted"] == "invalid"
    assert found["invalid"] == found["reason"]


def test_a_dataset_names_its_kind_itself(explain):
    found = json.loads(
        explain("--dataset", "digits", "--output", "softmax", "--loss", "cross_entropy", "--json").stdout
    )
    assert (found["kind"], found["classes"]) == ("multiclass", 10)
    assert found["loss_floor"] == pytest.approx(1.4612, abs=1e-4)


def test_functions_take_their_settings_and_aliases(explain):
    arguments = ("--task", "binary", "--output", "linear", "--loss", "{name: focal, gamma: 1}", "--json")
    found = json.loads(explain(*arguments).stdout)
    assert (found["output"], found["loss"]) == ("identity", "focal(gamma=1)")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--task", "binary", "--output", "sigmod", "--loss", "relu"),
            "error: --output sigmod: unknown output 'sigmod'\n"
            "hint: did you mean 'sigmoid'? see 'actloss list outputs'\n"
            "error: --loss relu: 'relu' is an activation or an output, not a loss\n"
            "hint: put it under 'activation'; see 'actloss list losses'\n",
        ),
        (
            ("--output", "sigmoid", "--loss", "bce"),
            "error: what is predicted is not said\nhint: give --task regression, binary or multiclass, or --dataset\n",
        ),
        (
            ("--dataset", "moon", "--output", "sigmoid", "--loss", "bce"),
            "error: --dataset moon: unknown dataset 'moon'\nhint: did you mean 'moons'? see 'actloss list datasets'\n",
        ),
        (
            ("--task", "binary", "--output", "sigmoid", "--loss", "bce", "--activation", "relu", "--init", "xavjer"),
            "error: --init xavjer: unknown init 'xavjer'\nhint: did you mean 'xavier'?\n",
        ),
        (
            ("--task", "binary", "--output", "sigmoid", "--loss", "bce", "--depth", "3", "--classes", "4"),
            "error: --depth 3: says nothing without --activation\nhint: name what the hidden layers are made of\n"
            "error: --classes 4: is for --task multiclass without --dataset\n"
            "hint: two classes are binary; a dataset has its own\n",
        ),
        (
            ("--task", "binary", "--output", "sigmoid", "--loss", "[bce, mse]"),
            "error: --loss [bce, mse]: must be the name of a function, not a list\n",
        ),
    ],
)
def test_what_is_wrong_is_told_with_a_hint(explain, arguments, message):
    answer = explain(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == message


def test_the_figure_is_written_in_both_formats(explain, tmp_path):
    arguments = ("--task", "regression", "--output", "tanh", "--loss", "mse", "--activation", "relu")
    answer = explain(*arguments, "--figure", "card")
    assert answer.stderr == "wrote card.png and card.svg\n"
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "card.svg").read_text().startswith("<?xml")


def test_a_figure_that_cannot_be_written_is_told(explain):
    arguments = ("--task", "binary", "--output", "sigmoid", "--loss", "bce", "--figure", "nowhere/card")
    answer = explain(*arguments)
    assert answer.returncode == 2
    assert answer.stderr == "error: --figure nowhere/card: can't be written: No such file or directory\n"


def test_the_kinds_on_offer_are_all_there_are():
    assert tuple(KindOption) == KINDS

"""What a check gives back: findings with their numbers, text, HTML, JSON; and how long it takes."""

import json
import math
import subprocess
import sys
import time

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import actloss_cli
from actloss_cli import check
from tests.checking.programs import program


def checked(name, kind="faulty"):
    return check(*program(kind, name).build())


def only(name):
    (finding,) = checked(name).findings
    return finding


def test_softmax_twice_has_the_floor_of_the_closed_form_and_the_lines_that_mend_it():
    finding = only("softmax_then_cross_entropy")
    assert finding.level == "error"
    assert finding.where == "model.3"
    assert finding.numbers["floor"] == pytest.approx(math.log(1 + 9 / math.e), abs=1e-6)  # design: 1.4612
    assert "ln 10 = 2.3026" in finding.theory
    assert "on digits: score " in finding.measured
    assert " times, " in finding.measured
    assert "loss_fn = nn.CrossEntropyLoss()" in finding.fix


def test_a_mended_model_as_the_fix_says_has_no_finding():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    x, targets = torch.randn(64, 8), torch.randn(64)
    (finding,) = check(model, nn.MSELoss(), x, targets).findings
    assert finding.rule == "silent-broadcast"
    scope = {"targets": targets, "outputs": model(x)}
    exec(finding.fix, scope)
    assert check(model, nn.MSELoss(), x, scope["targets"]).findings == ()


def test_reach_is_the_r2_of_the_best_clipped_prediction():
    module = program("faulty", "relu_output_regression")
    model, loss, x, y = module.build()
    (finding,) = check(model, loss, x, y).findings
    residual = (y - y.clamp(min=0)).square().mean() / y.var(correction=0)
    assert finding.numbers["r2_ceiling"] == pytest.approx(1 - float(residual), abs=1e-5)
    assert finding.numbers["unreachable"] == pytest.approx(float((y < 0).float().mean()))


def test_a_fading_gradient_stands_beside_what_the_mean_field_expects():
    finding = only("deep_sigmoids")
    expected = float(finding.theory.rpartition(" ")[2])
    assert 0.1 < finding.numbers["ratio"] / expected < 10


def test_torch_own_words_are_quoted_where_it_raises():
    assert "expected target dtype to be Long" in only("float_class_indices").evidence
    assert "size torch.Size([1, 16])" in only("batch_of_one").sentence


@pytest.mark.parametrize(
    ("loss", "target", "expected"),
    [
        (nn.CrossEntropyLoss(), torch.randint(0, 5, (32,)), math.log(5)),
        (nn.BCEWithLogitsLoss(), torch.randint(0, 2, (32, 5)).float(), math.log(2)),
        (nn.MSELoss(), torch.full((32, 5), 3.0), 9.0),
    ],
)
def test_the_loss_at_the_start_stands_beside_that_of_one_who_knows_nothing(loss, target, expected):
    model = nn.Linear(4, 5)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    seen = check(model, loss, torch.randn(32, 4), target).seen
    assert seen.expected_loss == pytest.approx(expected)
    assert seen.loss_at_start == pytest.approx(expected, rel=1e-5)


def test_what_was_seen_is_said_of_a_model():
    torch.manual_seed(0)
    layers = [nn.Linear(32, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 3), nn.LogSoftmax(1)]
    for layer in layers[:5:2]:
        nn.init.xavier_normal_(layer.weight)
    seen = check(nn.Sequential(*layers), F.nll_loss, torch.randn(32, 32), torch.randint(0, 3, (32,))).seen
    assert (seen.output, seen.loss, seen.kind, seen.n_units) == ("log_softmax", "nll", "multiclass", 3)
    assert (seen.activations, seen.depth, seen.init) == (("tanh",), 3, "xavier")
    assert seen.n_parameters == 32 * 64 + 64 + 64 * 64 + 64 + 64 * 3 + 3


@pytest.mark.parametrize(
    ("own", "name"),
    [
        (lambda o, y: ((o - y) ** 2).sum() / 7, "mse"),
        (lambda o, y: (o - y).abs().mean(), "mae"),
        (lambda o, y: torch.log(torch.cosh(o - y)).mean(), "log_cosh"),
        (lambda o, y: torch.clamp(1 - o * torch.sign(y), min=0).mean(), ""),
    ],
)
def test_a_loss_of_ones_own_is_known_by_its_gradient(own, name):
    torch.manual_seed(0)
    assert check(nn.Linear(4, 1), own, torch.randn(32, 4), torch.randn(32, 1)).seen.loss == name


def test_the_text_reads_like_that_of_a_linter():
    text = str(checked("sigmoid_output_prices"))
    assert text.startswith("error[targets-out-of-reach] model.3: sigmoid gives [0, 1] alone, which leaves out 100 %")
    assert "\n  fix:\n    # without the output activation at model.3\n" in text
    assert text.endswith("\n1 error")
    assert max(len(line) for line in text.splitlines() if not line.startswith("    ")) <= 100
    assert repr(checked("classifier", "healthy")).endswith("\nok: nothing found")


def test_a_notebook_gets_html_with_every_text_escaped():
    class Bad(nn.Linear):
        def forward(self, x):
            raise ValueError("<script>alert(1)</script>")

    html = check(Bad(2, 2), nn.MSELoss(), torch.randn(4, 2), torch.randn(4, 2))._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "not ok" in html
    assert "<b>ok</b>: nothing found" in checked("classifier", "healthy")._repr_html_()


def test_a_dict_of_it_is_json():
    whole = checked("softmax_then_cross_entropy").to_dict()
    again = json.loads(json.dumps(whole))
    assert again == whole
    assert again["ok"] is False
    assert again["findings"][0].keys() >= {
        "level",
        "rule",
        "where",
        "sentence",
        "evidence",
        "theory",
        "measured",
        "fix",
    }
    assert again["seen"]["activations"] == ["relu"]


def test_the_gravest_come_first():
    model = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3), nn.Softmax(1))
    found = check(model, nn.CrossEntropyLoss(), torch.randn(32, 4), torch.randint(0, 3, (32,))).findings
    assert [finding.level for finding in found] == ["error", "warning"]


def test_inputs_come_as_a_tensor_a_tuple_or_by_name():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 2)

        def forward(self, a, b):
            return self.fc(a * b)

    a, b, y = torch.randn(8, 4), torch.randn(8, 4), torch.randint(0, 2, (8,))
    for inputs in ((a, b), [a, b], {"a": a, "b": b}):
        assert check(Two(), nn.CrossEntropyLoss(), inputs, y).findings == ()


def test_fifty_layers_and_a_minibatch_of_64_take_less_than_a_second():
    layers = [layer for _ in range(50) for layer in (nn.Linear(128, 128), nn.BatchNorm1d(128), nn.ReLU())]
    model = nn.Sequential(*layers, nn.Linear(128, 10), nn.Softmax(1))
    x, y = torch.randn(64, 128), torch.randint(0, 10, (64,))
    took = []
    for _ in range(3):
        start = time.perf_counter()
        found = check(model, nn.CrossEntropyLoss(), x, y).findings
        took.append(time.perf_counter() - start)
    assert [finding.rule for finding in found] == ["softmax-applied-twice"]
    assert min(took) < 1


def test_the_package_brings_torch_only_when_check_is_asked_for():
    program = (
        "import sys, actloss_cli; assert 'torch' not in sys.modules; actloss_cli.check; assert 'torch' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        getattr(actloss_cli, "chekc")  # noqa: B009 - by the name that is not there

"""What is said against activations, outputs, losses and optimizers; the text under test begins on line 4."""

import pytest

SEE = "see 'actloss list activations'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "activation: [relu, tanh, mse]",
            [
                "error: x.yaml:4:26: activation[2]: 'mse' is a loss, not an activation"
                f"\nhint: put it under 'loss'; {SEE}"
            ],
        ),
        (
            "loss: adam",
            [
                "error: x.yaml:4:7: loss: 'adam' is an optimizer, not a loss"
                "\nhint: put it under 'optimizer'; see 'actloss list losses'"
            ],
        ),
        (
            "activation: [log_softmax]",
            [
                "error: x.yaml:4:14: activation[0]: 'log_softmax' is an output, not an activation"
                f"\nhint: put it under 'output'; {SEE}"
            ],
        ),
        (
            "activation: [relu, sigmoyd]",
            [f"error: x.yaml:4:20: activation[1]: unknown activation 'sigmoyd'\nhint: did you mean 'sigmoid'? {SEE}"],
        ),
        (
            "loss: {binary: [bce, hing]}",
            [
                "error: x.yaml:4:22: loss.binary[1]: unknown loss 'hing'"
                "\nhint: did you mean 'hinge'? see 'actloss list losses'"
            ],
        ),
        (
            "activation: [no]",
            [f"error: x.yaml:4:14: activation[0]: unknown activation 'no'\nhint: did you mean 'none'? {SEE}"],
        ),
        ("activation: [true]", ["error: x.yaml:4:14: activation[0]: must be the name of a function, not true"]),
        ("activation: [3]", ["error: x.yaml:4:14: activation[0]: must be the name of a function, not 3"]),
        ("activation: [[relu]]", ["error: x.yaml:4:14: activation[0]: must be the name of a function, not a list"]),
        ('activation: ["\\e[31m"]', ["error: x.yaml:4:14: activation[0]: '\\x1b[31m' is not the name of a function"]),
        (
            "activation: []",
            [
                "error: x.yaml:4:13: activation: must not be empty"
                "\nhint: name at least one activation, or remove the key"
            ],
        ),
        ("activation:", ["error: x.yaml:4:12: activation: has no value\nhint: give it one, or remove the key"]),
        (
            "output: {binary: []}",
            ["error: x.yaml:4:18: output.binary: must not be empty\nhint: name at least one output, or remove the key"],
        ),
        (
            "output: {binry: [sigmoid]}",
            ["error: x.yaml:4:10: output: unknown kind 'binry'\nhint: did you mean 'binary'?"],
        ),
        (
            "optimizer: {momentum: 0.9}",
            [
                "error: x.yaml:4:13: optimizer: unknown kind 'momentum'"
                ""
                "\nhint: a mapping here goes by kind (regression, binary, multiclass), "
                "or has a 'name' and is one function"
            ],
        ),
        (
            "optimizer: [{momentum: 0.9}]",
            [
                "error: x.yaml:4:13: optimizer[0]: 'name' is missing"
                "\nhint: an entry is a name, or {name: NAME, as: LABEL, HYPERPARAMETER: VALUE}"
            ],
        ),
        (
            "optimizer: {name: sdg}",
            [
                "error: x.yaml:4:19: optimizer.name: unknown optimizer 'sdg'"
                "\nhint: did you mean 'sgd'? see 'actloss list optimizers'"
            ],
        ),
        (
            "optimizer: [{name: sgd, momentun: 0.9}]",
            ["error: x.yaml:4:25: optimizer[0]: sgd has no hyperparameter 'momentun'\nhint: did you mean 'momentum'?"],
        ),
        (
            "optimizer: [{name: sgd, beta: 0.9}]",
            [
                "error: x.yaml:4:25: optimizer[0]: sgd has no hyperparameter 'beta'\nhint: it takes: momentum, "
                "dampening, weight_decay, nesterov, schedule, clip, clip_at"
            ],
        ),
        (
            "activation: [{name: relu, alpha: 1}]",
            ["error: x.yaml:4:27: activation[0]: relu has no hyperparameter 'alpha'\nhint: it takes none"],
        ),
        (
            "optimizer: [{name: sgd, momentum: fast}]",
            ["error: x.yaml:4:35: optimizer[0].momentum: must be a number, not 'fast'\nhint: the default is 0.0"],
        ),
        (
            "optimizer: [{name: sgd, momentum: true}]",
            ["error: x.yaml:4:35: optimizer[0].momentum: must be a number, not true\nhint: the default is 0.0"],
        ),
        (
            "optimizer: [{name: sgd, momentum: .nan}]",
            ["error: x.yaml:4:35: optimizer[0].momentum: must be a number, not nan\nhint: the default is 0.0"],
        ),
        (
            "optimizer: [{name: sgd, nesterov: 1}]",
            ["error: x.yaml:4:35: optimizer[0].nesterov: must be true or false, not 1\nhint: the default is false"],
        ),
        (
            "optimizer: [{name: adam, betas: 0.9}]",
            [
                "error: x.yaml:4:33: optimizer[0].betas: must be a list of 2 numbers, not 0.9"
                "\nhint: the default is [0.9, 0.999]"
            ],
        ),
        (
            "optimizer: [{name: sgd, nesterov: true}]",
            [
                "error: x.yaml:4:13: optimizer[0]: PyTorch refuses these values for sgd: "
                "Nesterov momentum requires a momentum and zero dampening"
            ],
        ),
        (
            "loss: {regression: [{name: huber, delta: -1}], binary: bce}",
            ["error: x.yaml:4:42: loss.regression[0].delta: must be in (0, inf), not -1.0\nhint: the default is 1.0"],
        ),
        (
            "activation: [{name: hardtanh, min_val: 3}]",
            [
                "error: x.yaml:4:14: activation[0]: PyTorch refuses these values for hardtanh: "
                "min_val (3) is not less than max_val (1)"
            ],
        ),
        (
            "activation: [{name: gelu, approximate: tan}]",
            [
                "error: x.yaml:4:40: activation[0].approximate: must be one of none, tanh, not 'tan'"
                "\nhint: did you mean 'tanh'?"
            ],
        ),
        (
            "optimizer: [{name: sgd, schedule: [cosine, cosin, cosine]}]",
            [
                "error: x.yaml:4:44: optimizer[0].schedule[1]: must be one of constant, cosine, step, warmup, "
                "warmup_cosine, not 'cosin'\nhint: did you mean 'cosine'?",
                "error: x.yaml:4:51: optimizer[0].schedule[2]: repeats 'cosine'\nhint: remove it",
            ],
        ),
        (
            "optimizer: [{name: adam, betas: [[0.9, 0.99], 0.5]}]",
            [
                "error: x.yaml:4:47: optimizer[0].betas[1]: must be a list of 2 numbers, not 0.5"
                "\nhint: the default is [0.9, 0.999]"
            ],
        ),
        (
            "optimizer: [{name: adam, betas: [0.9, 1.0]}]",
            [
                "error: x.yaml:4:33: optimizer[0].betas: must be in [0, 1), not [0.9, 1.0]"
                "\nhint: the default is [0.9, 0.999]"
            ],
        ),
        (
            "optimizer: [{name: sgd, momentum: []}]",
            ["error: x.yaml:4:35: optimizer[0].momentum: must not be empty\nhint: the default is 0.0"],
        ),
        (
            "optimizer: [{name: sgd, momentum: [0, 0.9], nesterov: [false, true]}]",
            [
                "error: x.yaml:4:13: optimizer[0]: PyTorch refuses these values of sgd(nesterov=true): "
                "Nesterov momentum requires a momentum and zero dampening"
            ],
        ),
        (
            "optimizer: [{name: lbfgs, max_iter: 2.5}]",
            ["error: x.yaml:4:37: optimizer[0].max_iter: must be a whole number, not 2.5\nhint: the default is 20"],
        ),
        (
            "optimizer: [{name: sgd, clip_at: 0.5}]",
            [
                "error: x.yaml:4:13: optimizer[0]: these values for sgd don't go together: "
                "clip_at without clip: norm or clip: value"
            ],
        ),
        *(
            (
                f"optimizer: [{{name: rprop, {setting}}}]",
                [
                    "error: x.yaml:4:13: optimizer[0]: these values for rprop don't go together: "
                    "schedule or clip with steps that set their own size and take the gradient's signs alone"
                ],
            )
            for setting in ("schedule: cosine", "clip: norm")
        ),
        (
            "loss: [{name: cross_entropy, label_smoothing: [0, 0.1], class_weight: balanced}]",
            [
                "error: x.yaml:4:8: loss[0]: these values of cross_entropy(class_weight=balanced, label_smoothing=0.1) "
                "don't go together: class_weight with label_smoothing"
            ],
        ),
        (
            f"optimizer: [{{name: sgd, momentum: {[i / 100 for i in range(40)]}, "
            f"weight_decay: {[i / 100 for i in range(40)]}}}]",
            [
                "error: x.yaml:4:13: optimizer[0]: stands for 1,600 combinations of settings"
                "\nhint: at most 1,000 fit in one entry"
            ],
        ),
        (
            "activation: [silu, swish]",
            ["error: x.yaml:4:20: activation[1]: repeats entry [0] of this list, 'silu'\nhint: remove one of the two"],
        ),
        (
            "optimizer: [sgd, {name: sgd, momentum: 0, as: plain}]",
            ["error: x.yaml:4:18: optimizer[1]: repeats entry [0] of this list, 'sgd'\nhint: remove one of the two"],
        ),
        (
            "activation: [relu, {name: tanh, as: relu}]",
            [
                "error: x.yaml:4:20: activation[1]: has the label of entry [0] of this list, 'relu'"
                "\nhint: give it another with 'as:'"
            ],
        ),
        (
            "activation: [{name: relu, as: a/b}]",
            [
                "error: x.yaml:4:31: activation[0].as: 'a/b' can't be a label"
                "\nhint: use 1 to 64 printable characters without '/' and without spaces at the ends"
            ],
        ),
        (
            "activation: [{name: relu, as: 3}]",
            ["error: x.yaml:4:31: activation[0].as: must be text, not 3\nhint: put it in quotes"],
        ),
        (
            "loss: {regression: mse}",
            [
                "error: x.yaml:4:7: loss: has nothing for binary, the kind of tasks[0]"
                "\nhint: add 'binary:', or give that task a 'loss:' of its own"
            ],
        ),
    ],
)
def test_a_wrong_entry_is_told_with_its_place_and_a_way_out(problems_beside_a_task, text, expected):
    assert problems_beside_a_task(text) == expected


def test_every_problem_of_a_list_is_told_at_once(problems_beside_a_task):
    problems = problems_beside_a_task("activation: [relu, mse, gelo, relu, {name: elu, alpa: 1}]")
    assert [problem.splitlines()[0] for problem in problems] == [
        "error: x.yaml:4:20: activation[1]: 'mse' is a loss, not an activation",
        "error: x.yaml:4:25: activation[2]: unknown activation 'gelo'",
        "error: x.yaml:4:31: activation[3]: repeats entry [0] of this list, 'relu'",
        "error: x.yaml:4:49: activation[4]: elu has no hyperparameter 'alpa'",
    ]

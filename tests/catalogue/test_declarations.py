"""How a name finds its declaration. What every declaration must have is the battery's."""

import pytest

from actloss_cli.catalogue import (
    Choice,
    UnknownFunction,
    find_activation,
    find_loss,
    find_optimizer,
    find_output,
)


def test_the_functions_of_the_source_documents_are_there():
    hidden = {"relu", "sigmoid", "tanh", "softmax", "leaky_relu", "prelu", "elu", "silu", "identity"}
    assert hidden <= {find_activation(name).name for name in hidden}
    assert all(find_output(name) for name in ("identity", "sigmoid", "tanh", "relu", "softmax", "log_softmax"))
    losses = "mse mae huber cross_entropy bce categorical_cross_entropy sparse_categorical_cross_entropy hinge kl_div"
    assert all(find_loss(name) for name in losses.split())
    assert all(find_optimizer(name) for name in ("sgd", "adam", "rmsprop", "adagrad"))


@pytest.mark.parametrize(
    ("find", "name", "found"),
    [
        (find_activation, "swish", "silu"),
        (find_activation, "Leaky-ReLU", "leaky_relu"),
        (find_output, "linear", "identity"),
        (find_loss, "l1", "mae"),
        (find_loss, "categorical_crossentropy", "categorical_cross_entropy"),
    ],
)
def test_an_alias_and_other_spellings_find_the_declaration(find, name, found):
    assert find(name).name == found


@pytest.mark.parametrize(
    ("find", "name", "message", "hint"),
    [
        (find_activation, "tahn", "unknown activation 'tahn'", "did you mean 'tanh'? see 'actloss list activations'"),
        (find_activation, "xyzzy", "unknown activation 'xyzzy'", "see 'actloss list activations'"),
        (
            find_activation,
            "mse",
            "'mse' is a loss, not an activation",
            "put it under 'loss'; see 'actloss list activations'",
        ),
        (
            find_loss,
            "sigmoid",
            "'sigmoid' is an activation or an output, not a loss",
            "put it under 'activation'; see 'actloss list losses'",
        ),
        (
            find_optimizer,
            "bce",
            "'bce' is a loss, not an optimizer",
            "put it under 'loss'; see 'actloss list optimizers'",
        ),
        (
            find_activation,
            "log_softmax",
            "'log_softmax' is an output, not an activation",
            "put it under 'output'; see 'actloss list activations'",
        ),
    ],
)
def test_a_miss_says_what_the_name_is_or_what_is_near(find, name, message, hint):
    with pytest.raises(UnknownFunction) as miss:
        find(name)
    assert (miss.value.message, miss.value.hint) == (message, hint)


def test_a_choice_labels_itself_by_what_differs_from_the_defaults():
    assert Choice.of("sgd").label == "sgd"
    assert Choice.of("sgd", {"momentum": 0.12345678}).label == "sgd(momentum=0.12345678)"
    assert (
        Choice.of("adam", {"betas": (0.5, 0.9999999), "eps": 1e-7}).label == "adam(betas=[0.5, 0.9999999], eps=1e-07)"
    )
    assert Choice.of("sgd", {"nesterov": True, "momentum": 0.9}).label == "sgd(momentum=0.9, nesterov=true)"
    assert Choice.of("adam", {"betas": (0.5, 0.9)}).label == "adam(betas=[0.5, 0.9])"
    assert Choice.of("sgd", {"momentum": 0.9}, "momentum").label == "momentum"

"""What torch's functions do to a tensor, by the name that a trace gives them: layers, shapes, maps, losses."""

import re
from collections.abc import Mapping

from actloss_cli.catalogue.interval import NOT_NEGATIVE, REAL, UNIT, Interval

LINEAR = frozenset(
    {"linear", "bilinear", "addmm", "conv1d", "conv2d", "conv3d"} | {f"conv_transpose{n}d" for n in (1, 2, 3)}
)
"""Layers with a weight that are linear in what comes in."""
PRODUCTS = frozenset({"matmul", "mm", "bmm", "mv", "einsum", "addmv", "baddbmm"})
RECURRENT = frozenset(
    {"lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"}
)
EMBEDDINGS = frozenset({"embedding", "embedding_bag"})
ATTENTION = frozenset({"multi_head_attention_forward", "scaled_dot_product_attention"})
WEIGHTED = LINEAR | PRODUCTS | RECURRENT | EMBEDDINGS | ATTENTION
BATCH_NORMS = frozenset({"batch_norm"})
NORMS = BATCH_NORMS | {"layer_norm", "group_norm", "instance_norm", "rms_norm"}
DROPOUTS = frozenset(
    {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"}
)
SHAPES = frozenset(
    {
        "view",
        "reshape",
        "flatten",
        "unflatten",
        "squeeze",
        "unsqueeze",
        "permute",
        "transpose",
        "swapaxes",
        "swapdims",
        "movedim",
        "t",
        "T",
        "mT",
        "contiguous",
        "clone",
        "to",
        "float",
        "double",
        "half",
        "bfloat16",
        "type",
        "type_as",
        "getitem",
        "select",
        "narrow",
        "chunk",
        "split",
        "unbind",
        "expand",
        "index_select",
        "view_as",
        "reshape_as",
        "expand_as",
        "requires_grad_",
        "retain_grad",
        "atleast_1d",
        "atleast_2d",
        "tensor_split",
        "ravel",
    }
)
"""Values pass through unchanged, some of them perhaps left out."""
PASSING = SHAPES | DROPOUTS
AFFINE = frozenset({"add", "sub", "mul", "div", "neg", "rsub"})
MAPS = AFFINE | frozenset(
    {
        "sigmoid",
        "tanh",
        "relu",
        "relu6",
        "leaky_relu",
        "elu",
        "celu",
        "selu",
        "gelu",
        "silu",
        "mish",
        "softplus",
        "softsign",
        "hardtanh",
        "hardsigmoid",
        "hardswish",
        "log_sigmoid",
        "tanhshrink",
        "softshrink",
        "hardshrink",
        "threshold",
        "rrelu",
        "exp",
        "expm1",
        "log",
        "log1p",
        "log2",
        "log10",
        "sqrt",
        "rsqrt",
        "square",
        "pow",
        "abs",
        "sin",
        "cos",
        "atan",
        "erf",
        "reciprocal",
        "rdiv",
        "clamp",
        "clip",
        "clamp_min",
        "clamp_max",
        "exp2",
        "sinc",
    }
)
"""Element by element, by arguments that are numbers."""
ALONG = frozenset({"softmax", "log_softmax", "softmin", "gumbel_softmax"})
ALONG_RANGES: Mapping[str, Interval] = {
    "softmax": UNIT,
    "softmin": UNIT,
    "gumbel_softmax": UNIT,
    "log_softmax": Interval(float("-inf"), 0.0),
}
_TANH = Interval(-1.0, 1.0, low_open=True, high_open=True)
SOURCE_RANGES: Mapping[str, Interval] = {
    **dict.fromkeys((*LINEAR, *PRODUCTS, *NORMS, "add", "sub"), REAL),
    **dict.fromkeys(("lstm", "lstm_cell", "gru", "gru_cell", "rnn_tanh", "rnn_tanh_cell"), _TANH),
    **dict.fromkeys(("rnn_relu", "rnn_relu_cell"), NOT_NEGATIVE),
}
"""Of what a function gives whatever its inputs are."""
RECTIFIERS = frozenset({"relu", "relu6", "threshold"})
FLAT: Mapping[str, tuple[float, float]] = {"sigmoid": (0.01, 0.99), "tanh": (-0.995, 0.995)}
"""Values beyond which the slope is less than a hundredth of the largest, about."""
STEPS = frozenset({"round", "floor", "ceil", "trunc", "fix", "sign", "heaviside"})
"""Their slope is 0 wherever they have one."""
NOT_LINEAR_PRODUCTS = frozenset({"mul", "matmul", "bmm", "mm", "einsum", "div", "baddbmm", "mv", "bilinear"})
"""Linear only in one of their tensors."""
POOLS = frozenset(f"{how}_pool{n}d" for how in ("avg", "max", "adaptive_avg", "adaptive_max") for n in (1, 2, 3))
LINEAR_ALL = (
    LINEAR
    | PASSING
    | BATCH_NORMS
    | AFFINE
    | PRODUCTS
    | frozenset(
        {
            "cat",
            "concat",
            "stack",
            "mean",
            "sum",
            "avg_pool1d",
            "avg_pool2d",
            "avg_pool3d",
            "adaptive_avg_pool1d",
            "adaptive_avg_pool2d",
            "adaptive_avg_pool3d",
            "pad",
            "identity",
        }
    )
)
"""A model of these alone is a linear one."""
LEAVES_TORCH = frozenset({"numpy", "item", "tolist", "__array__", "__float__", "__int__", "__bool__"})
"""What gives something that is no tensor any more."""

LOSSES: Mapping[str, str] = {
    "mse_loss": "mse",
    "l1_loss": "mae",
    "smooth_l1_loss": "smooth_l1",
    "huber_loss": "huber",
    "binary_cross_entropy": "bce",
    "binary_cross_entropy_with_logits": "bce_with_logits",
    "multilabel_soft_margin_loss": "bce_with_logits",
    "soft_margin_loss": "soft_margin",
    "cross_entropy": "cross_entropy",
    "nll_loss": "nll",
    "nll_loss_nd": "nll",
    "kl_div": "kl_div",
    "multi_margin_loss": "multi_margin",
    "poisson_nll_loss": "poisson",
    "gaussian_nll_loss": "",
    "hinge_embedding_loss": "",
    "cosine_embedding_loss": "",
    "margin_ranking_loss": "",
    "ctc_loss": "",
}
"""Torch's losses by what a trace calls them, to the catalogue's name; "" where it has none."""
TAKE_SIGNS = frozenset({"hinge_embedding_loss", "cosine_embedding_loss", "margin_ranking_loss"})
"""Of those without a name in the catalogue, the ones whose targets are -1 and +1."""
_ALIASES: Mapping[str, str] = {
    "special_expit": "sigmoid",
    "expit": "sigmoid",
    "special_softmax": "softmax",
    "special_log_softmax": "log_softmax",
    "special_erf": "erf",
    "logsigmoid": "log_sigmoid",
    "swish": "silu",
    "absolute": "abs",
    "negative": "neg",
    "arctan": "atan",
    "clip": "clamp",
    "concat": "cat",
    "concatenate": "cat",
    **dict.fromkeys(("subtract", "isub"), "sub"),
    **dict.fromkeys(("multiply", "rmul", "imul"), "mul"),
    **dict.fromkeys(("divide", "truediv", "true_divide", "itruediv", "idiv"), "div"),
    **dict.fromkeys(("radd", "iadd"), "add"),
    "rtruediv": "rdiv",
}
_DUNDER = re.compile(r"^__(\w+?)__$")


def op_name(func: object) -> str:
    """`relu` of `torch.relu_`, `F.relu` and `Tensor.relu` alike; of a property its own name."""
    name = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":
        return str(getattr(getattr(func, "__self__", None), "__name__", name))
    if name in LEAVES_TORCH:
        return name
    if dunder := _DUNDER.match(name):
        name = dunder.group(1)
    name = name.rstrip("_")
    return _ALIASES.get(name, name)

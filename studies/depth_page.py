"""docs/theory/depth.md: how theory's ratios of gradients agree with measured ones, in a summary and two tables."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from actloss_cli.report.markdown import plain, table
from studies.depth_agreement import MEAN_OVER_ROWS, QUANTITIES, Agreement, agreement_of
from studies.depth_figure import write_figure
from studies.depth_measured import DATASET, INITS, NARROW, WIDE, Compared

FIGURE = "depth"
HEAD = """\
Written by `make depth` from a real run: the diagnostics that every trial stores before its first step, of networks
of {depths} hidden layers on {dataset} under cross-entropy, {n_seeds} seeds of width {narrow} and {n_wide} of width
{wide}. Lines are theory, points medians over the seeds of width {narrow}, bars their 10 % and 90 % quantiles."""
READING = """\
*Factor*: measured over expected, or the other way round where that is larger. What makes the two differ:

- Theory is of one row, the gradient of the weights a mean over the rows of a minibatch, in which rows that differ
  average out. The ratio is larger than expected where that happens in the last layer: under PyTorch's own
  initialisation deep layers hardly tell rows apart, so what is left there is one vector times the mean error, which is
  small. It is smaller where the last layer's errors are alike (large outputs, as of softplus or ReLU under kaiming),
  or where the layers part rows (tanh under kaiming), so that more averages out in the first. The gradient at the
  pre-activations is taken row by row and has none of this.
- Theory is of great width. At 32 a seed's sizes stray by more with each layer, and typical ones fall short of the
  root mean square; at 256 they hardly do.
- Theory has one size for all inputs. Under kaiming the variance of SiLU and GELU fades from below a point and grows
  from above it, so that a row's larger inputs end in another place than most: the largest differences row by row."""
DEEPEST = """\
Ratio of the weights' gradients, first layer over last, in the deepest networks. *Below float32*: too small for
training to tell from 0."""


def write_page(compared: Sequence[Compared], folder: Path) -> None:
    """Writes depth.md, depth.svg and depth.png."""
    folder.mkdir(parents=True, exist_ok=True)
    narrow = [one for one in compared if one.width == NARROW]
    title = title_of(agreement_of(narrow, MEAN_OVER_ROWS))
    write_figure(narrow, title, folder / FIGURE)
    text = "\n\n".join(_paragraphs(compared, title))
    (folder / f"{FIGURE}.md").write_text(text + "\n", encoding="utf-8", newline="\n")


def title_of(agreement: Agreement) -> str:
    """What was found, for the figure of weights' gradients."""
    return (
        f"Before the first step, theory tells the first layer's gradient over the last's within a factor of "
        f"{agreement.largest_factor:.1f}, over {agreement.decades:.0f} orders of magnitude"
    )


def _paragraphs(compared: Sequence[Compared], title: str) -> Iterator[str]:
    narrow, wide = ([one for one in compared if one.width == width] for width in (NARROW, WIDE))
    depths = sorted({one.depth for one in narrow})
    yield HEAD.format(
        depths=f"{depths[0]} to {depths[-1]}",
        dataset=DATASET,
        n_seeds=len(narrow[0].weights),
        n_wide=len(wide[0].weights),
        narrow=NARROW,
        wide=WIDE,
    )
    yield f"![{title}]({FIGURE}.svg)"
    header = ("first layer over last", "width", "networks", "decades", "correlation of logs")
    rows = [_agreement_row(quantity, of) for quantity in QUANTITIES for of in (narrow, wide)]
    yield table((*header, "median factor", "95 % within", "largest", "where"), rows)
    yield READING
    yield DEEPEST
    yield _deepest(compared)


def _agreement_row(quantity: str, compared: Sequence[Compared]) -> tuple[str, ...]:
    found = agreement_of(compared, quantity)
    where = f"{found.largest.activation}, {found.largest.init}, {found.largest.depth} layers"
    return (
        quantity,
        str(found.largest.width),
        str(found.n),
        f"{found.decades:.1f}",
        f"{found.correlation:.5f}",
        f"{found.median_factor:.2f}",
        f"{found.high_factor:.2f}",
        f"{found.largest_factor:.2f}",
        plain(where),
    )


def _deepest(compared: Sequence[Compared]) -> str:
    """A row for each activation and `init`: theory and measured, for either width."""
    deepest = max(one.depth for one in compared)
    found = {(one.activation, one.init, one.width): one for one in compared if one.depth == deepest}
    widths = (NARROW, WIDE)
    rows = [
        (
            plain(activation),
            init,
            *(cell for width in widths for cell in _cells(found[activation, init, width])),
        )
        for activation in dict.fromkeys(one.activation for one in compared)
        for init in INITS
    ]
    header = ("activation", "init", *(f"{what}, width {width}" for width in widths for what in ("theory", "measured")))
    return table(header, rows)


def _cells(one: Compared) -> tuple[str, str]:
    measured = "below float32" if one.is_lost else f"{float(np.median(one.weights)):.2g}"
    return f"{one.theory.gradient_ratio:.2g}", measured

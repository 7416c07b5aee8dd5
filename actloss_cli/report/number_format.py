"""Numbers as people read them: the same digits in the terminal and in the figures."""

import math

ABSENT = "-"
NEVER = "never"


def score_name(kind: str) -> str:
    """What the score of such a task is."""
    return "R²" if kind == "regression" else "balanced accuracy"


def format_score(score: float) -> str:
    """Three decimals; powers of ten where R² falls without bound; `-` where there is none."""
    if not math.isfinite(score):
        return ABSENT
    return f"{score:.3f}" if abs(score) < 100 else f"{score:.0e}"


def format_interval(low: float, high: float) -> str:
    """`0.961 to 0.973`; `unbounded` where the seeds bound nothing, `-` where nothing was measured."""
    if math.isnan(low) or math.isnan(high):
        return ABSENT
    if math.isinf(low) or math.isinf(high):
        return "unbounded"
    return f"{format_score(low)} to {format_score(high)}"


def format_lr(lr: float) -> str:
    """Three significant digits: `0.01`, `1e-5`."""
    return f"{lr:.3g}".replace("e-0", "e-") if math.isfinite(lr) else ABSENT


def format_steps(steps: float) -> str:
    """Whole steps; `never` for an infinite number, `-` where nothing was measured."""
    if math.isnan(steps):
        return ABSENT
    return f"{steps:,.0f}" if math.isfinite(steps) else NEVER


def format_metric(value: float) -> str:
    """Four significant digits, for metrics of any scale."""
    return f"{value:.4g}" if not math.isnan(value) else ABSENT


def format_share(part: int, whole: int) -> str:
    """`118 of 210`."""
    return f"{part:,} of {whole:,}"

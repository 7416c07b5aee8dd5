"""Every number that a predicted verdict hangs on, in one place, and the datasets on which it was set."""

from dataclasses import dataclass

SET_ON = ("friedman3", "diabetes", "circles", "rare", "blobs", "three_spirals")
"""The datasets of `studies/theory_setting.yaml`, which holds the runs. None of them is of the main grid."""


@dataclass(frozen=True, kw_only=True)
class PredictionThresholds:
    """One number each: its meaning, and between what values it was set."""

    fail_share: float = 0.25
    """Of the gain over the floor: below it a pairing fails. The verdicts' own, not set here."""
    linear_share: float = 0.9
    """Of the better closed-form model's gain: what a linear model must get where bends aren't needed.

    Works where it gets all (diabetes, blobs), is mismatched where it gets 71 % (friedman3) or less; the verdicts' 95 %
    less 5 % for the error of the fits.
    """
    reach_share: float = 0.95
    """Of the closed-form model's R²: what must be left within the output's reach. The verdicts' own 95 %."""
    dead_share: float = 0.25
    """Of z ~ N(0, 1). Outputs with 0 to 10 % work, those with 50 % don't (relu on circles and rare)."""
    drawn: float = 0.12
    """Of what the loss varies by: sigmoid into bce_with_logits works at 8 % (circles), not at 21 % (three_spirals)."""
    pull: float = 0.01
    """Of the largest gradient. Outputs of limited range have 0.002 or less when wrong, all others 0.1 or more."""
    imbalance: float = 1.5
    """Of the commonest class's share over an equal one: 1 on circles, 1.8 on rare."""
    gradient_ratio: float = 0.02
    """First over last layer's, where steps shrink with the gradient.

    What starts at 0.0065 or less fails (circles: sigmoid in two layers, relu in eight); at 0.011 most does (sigmoid in
    two layers on three_spirals) or half (tanh in eight); at 0.027 nearly all works (silu in four).
    """
    least_gradient_ratio: float = 1e-6
    """The same for every optimizer: under adam 1e-4 works (sigmoid in four layers), 5e-8 fails (sigmoid in eight)."""
    step_scale: float = 0.1
    """0.01 for steps that shrink with the gradient, 0.9 or more for those that don't."""

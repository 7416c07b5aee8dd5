"""From a run's trials to verdicts: pure functions on arrays and frames with named axes."""

from actloss_cli.analysis.pairings import Analysis, analyse

__all__ = ["Analysis", "analyse"]

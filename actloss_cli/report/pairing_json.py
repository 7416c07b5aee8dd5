"""One pairing whole as JSON: what `pairing_view` prints, for scripts."""

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.curve_data import final_curves
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.json_text import document
from actloss_cli.store.data import RunData


def pairing_json(run: RunData, analysis: Analysis, pairing_id: str) -> str:
    """JSON with pairing_id, each column of the pairing, all `trials`, and `median_validation_score` epoch by epoch."""
    trials = run.trials[run.trials["pairing_id"] == pairing_id].drop(columns="pairing_id")
    return document(
        {
            "pairing_id": pairing_id,
            **row_at(analysis.pairings, pairing_id).to_dict(),
            "trials": [{"trial": trial, **row.to_dict()} for trial, row in rows_of(trials)],
            "median_validation_score": final_curves(run, pairing_id).median.tolist(),
        }
    )

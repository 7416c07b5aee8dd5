"""A recommendation as JSON: what `recommendation_view` prints, for scripts."""

from dataclasses import asdict

from actloss_cli.recommend.answer import Recommendation
from actloss_cli.report.json_text import document


def recommendation_json(answer: Recommendation, results: str, snippet: str) -> str:
    """JSON with profile, tried, n_final, no_signal, best, default, finalists, avoid, snippet and results (a folder)."""
    record = answer.record
    return document(
        {
            "profile": asdict(record.profile),
            "tried": {
                "n_candidates": record.n_candidates,
                "n_sound": record.n_sound,
                "rungs": [asdict(rung) for rung in record.rungs],
                "n_finalists": record.n_finalists,
                "n_mistakes": record.n_mistakes,
                "epochs": record.epochs,
            },
            "n_final": answer.n_final,
            "no_signal": answer.no_signal or None,
            "best": asdict(answer.best) if answer.best else None,
            "default": asdict(answer.default),
            "finalists": [asdict(one) for one in answer.finalists],
            "avoid": [asdict(one) for one in answer.avoid],
            "snippet": snippet or None,
            "results": results,
        }
    )

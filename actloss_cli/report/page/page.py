"""The whole page as text: gathers what each part shows, fills the template."""

import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.ranks import all_ranks
from actloss_cli.report.findings import unfinished
from actloss_cli.report.page.agreement import agreement_view
from actloss_cli.report.page.answers import answers
from actloss_cli.report.page.assets import scripts
from actloss_cli.report.page.details import details
from actloss_cli.report.page.environment import environment, styled
from actloss_cli.report.page.factors import rank_table, task_shares
from actloss_cli.report.page.islands import json_island, packed_island
from actloss_cli.report.page.matrices import matrices
from actloss_cli.report.page.methods import TASK_HEADER, methods
from actloss_cli.report.page.records import records
from actloss_cli.report.page.sketches import sketches
from actloss_cli.report.verdict_style import STYLES
from actloss_cli.store.data import RunData


def page_html(run: RunData, analysis: Analysis, shares: pd.DataFrame) -> str:
    """One self-contained HTML document; `shares` are those of `analysis.variance_shares`. Raises as `methods` does."""
    js = scripts()
    css, policy = styled(js)
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            policy=policy,
            css=css,
            scripts=js,
            run=run,
            unfinished=unfinished(run.facts),
            n_work=int(analysis.pairings["works"].sum()),
            answers=list(answers(run, analysis)),
            matrices={str(task): list(matrices(analysis, str(task))) for task in analysis.tasks.index},
            shares=list(task_shares(shares)),
            ranks=[rank_table(ranks) for ranks in all_ranks(analysis.pairings)],
            agreement=agreement_view(analysis),
            methods=methods(run),
            task_header=TASK_HEADER,
            styles=STYLES,
            occurring=set(analysis.pairings["verdict"]),
            records=json_island(records(analysis)),
            details=[packed_island(document) for document in details(run, analysis, sketches(run))],
        )
    )

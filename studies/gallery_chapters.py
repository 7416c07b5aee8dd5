"""The chapters of docs/gallery.md that any run has: reading a figure, what works, what was predicted, optimizers."""

from collections.abc import Iterator

import pandas as pd

from actloss_cli.analysis.agreement import agreement_table, confusion, disagreement_groups
from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.pairing_row import pairing_labels
from actloss_cli.analysis.task_summary import summarise_task
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.analysis.verdicts import WORKING
from actloss_cli.report.agreement_table import confusion_markdown, finding
from actloss_cli.report.cell_grid import cell_grid
from actloss_cli.report.escape import file_stems
from actloss_cli.report.figures import sweeps_title
from actloss_cli.report.findings import title_of
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.heatmap import draw_heatmap
from actloss_cli.report.lr_sweeps import draw_lr_sweeps, lr_sweeps
from actloss_cli.report.markdown import code, plain, table
from actloss_cli.report.number_format import format_lr, format_score, score_name
from actloss_cli.report.ranking import pairing_label, trained
from actloss_cli.report.variance_figure import draw_variance_shares
from studies.gallery_section import Picture, Section, Told, curves_of, head, named, working

_N_TOLD, _N_GROUPS = 3, 2
_READ = """\
Blue says how many of a cell's pairings work, the darker the more; the two numbers are that count and the test score of
the pairing that was best on validation. Where nothing works the cell has the colour of the best verdict that occurs,
and its name. The title says what was found, counts everything, and names the largest group that never works."""
_WHERE = """\
The heads, as an output with its loss is called here, under which the largest shares work; then what the mismatched are
due to. Causes are rules on what is known of the functions and on what was measured while they trained:"""
_REFERENCE = """\
The reference is what all others of its task are judged against: the best on validation while learning rates were
tuned, and of those that are level the fastest. On the test set another may score higher."""
_LRS = """\
Each row is over all trained pairings of an optimizer on {task}, the validation scores those of the tuning trials. The
shared rate is the one of all that are common to the grids at which the optimizers' medians are highest:"""


def reading(told: Told) -> Section:
    """How to read a figure, on the clearest task."""
    task = told.clearest
    reference = told.reference(task)
    cell = head(told.of(task), reference["output"], reference["loss"])
    text = (
        f"Each cell of this figure is an output under a loss on {plain(task)}, with every activation and optimizer: "
        f"of the {len(cell)} pairings of {code(reference['output'])} with {code(reference['loss'])}, "
        f"{int(cell['works'].sum())} work."
    )
    command = ("report", told.results, "--task", task)
    return Section("How to read a figure", (f"{text} {_READ}",), (heat(told, task),), command)


def works(told: Told) -> Section:
    """What works where: a row for each task, its best heads and commonest causes."""
    rows = []
    for task in told.tasks:
        pairings, summary = told.of(task), summarise_task(told.of(task))
        heads = [f"{code(one.output)} + {code(one.loss)} {one.n_work}/{one.n_trained}" for one in summary.working]
        causes = [f"{plain(group.cause_name)} ({group.n:,})" for group in summary.mismatched]
        reference = told.reference(task)
        best = code(pairing_label(reference))
        rows.append(
            [
                plain(task),
                working(pairings),
                f"{best}, {score_name(reference['kind'])} {format_score(reference['score'])}",
                ", ".join(heads[:_N_TOLD]),
                ", ".join(causes[:_N_TOLD]),
            ]
        )
    header = ["task", "work", "reference", "heads of which most work", "mismatched, because of"]
    others = tuple(heat(told, task) for task in told.tasks if task != told.clearest)
    return Section("What works where", (_WHERE, table(header, rows), _REFERENCE), others, ("report", told.results))


def heat(told: Told, task: str) -> Picture:
    """Outputs by losses of a task."""
    pairings = told.of(task)
    title = title_of(task, pairings, ("output", "loss"))
    grid = cell_grid(output_by_loss(told.analysis, task))
    score = score_name(str(pairings["kind"].iloc[0]))
    return Picture(f"{file_stems(told.tasks)[task]}-output-by-loss", lambda: draw_heatmap(grid, title, score))


def predicted(told: Told) -> Section:
    """How predictions agree with what was measured, and where they don't: of each rule the largest group."""
    text = [
        "Each verdict was predicted from the functions alone and frozen before the first trial. Over all tasks: "
        f"{finding(agreement_table(told.pairings))}. Predicted, then measured:",
        confusion_markdown(confusion(told.pairings)),
    ]
    groups = disagreement_groups(told.pairings)
    if groups.empty:
        return Section("Where theory and measurement disagree", tuple(text), (), ("report", told.results))
    unseen = groups["predicted"].isin(WORKING)
    text.append(
        f"They differ on {int(groups['n'].sum())} pairings: {int(groups.loc[~unseen, 'n'].sum())} were predicted to be "
        f"mismatched and work, {int(groups.loc[unseen, 'n'].sum())} are mismatched and no rule saw it. Of both the "
        "largest groups:"
    )
    alarms = groups[~unseen].drop_duplicates("predicted_rule").head(_N_GROUPS)
    misses = groups[unseen].drop_duplicates("cause_name").head(_N_GROUPS)
    text.append("\n".join(f"- {_told(row)}" for part in (alarms, misses) for _, row in rows_of(part)))
    first = groups.iloc[0]
    return Section(
        "Where theory and measurement disagree",
        tuple(text),
        (_disagreement(told, first),),
        ("show", told.results, f"{first['task']}/{first['example']}"),
    )


def _told(group: pd.Series) -> str:
    because = f" because of {plain(group['cause_name'])}" if group["cause_name"] else ""
    return (
        f"{group['n']} of {named(group['output'], group['loss'])} on {plain(group['task'])}: predicted "
        f"{group['predicted']} ({plain(group['predicted_reason'])}), measured {group['verdict']}{because}, as of "
        f"{code(group['example'])}: {plain(group['reason'])}."
    )


def _disagreement(told: Told, group: pd.Series) -> Picture:
    pairings = told.of(str(group["task"]))
    example = pairings[pairing_labels(pairings) == group["example"]]
    title = f"{group['task']}: {group['example']} was predicted {group['predicted']}, measured {group['verdict']}"
    reference = pairings[pairings["is_reference"]]
    return curves_of(told, "disagreement", title, "beside the reference", example, reference)


def optimizers(told: Told) -> Section:
    """What the optimizer changes, on the clearest task and in shares of variance."""
    task = told.clearest
    pairings, reference = told.of(task), told.reference(task)
    kind = str(reference["kind"])
    sweeps = lr_sweeps(told.run, pairings, str(reference.name))
    shares = variance_shares(told.run, told.analysis)
    grid = cell_grid(activation_by_optimizer(told.analysis, task))
    title = title_of(task, pairings, ("activation", "optimizer"))
    by_lr = sweeps_title(task, reference, sweeps)
    return Section(
        "What the optimizer changes",
        (_LRS.format(task=plain(task)), *_rates(told, task), *_in_shares(shares)),
        (
            Picture("learning-rates", lambda: draw_lr_sweeps(sweeps, kind, by_lr)),
            Picture("activation-by-optimizer", lambda: draw_heatmap(grid, title, score_name(kind))),
            Picture("variance-shares", lambda: draw_variance_shares(shares)),
        ),
        ("report", told.results, "--task", task, "--where", f"optimizer={reference['optimizer']}"),
    )


def _rates(told: Told, task: str) -> Iterator[str]:
    """A table, then how far the optimizers lie apart at a shared rate and at their own."""
    pairings = trained(told.of(task))
    floor = float(row_at(told.run.tasks, task)["floor"])
    tune = told.run.trials[(told.run.trials["phase"] == "tune") & told.run.trials["pairing_id"].isin(pairings.index)]
    tune = tune.assign(
        optimizer=tune["pairing_id"].map(pairings["optimizer"]),
        is_own=tune["lr"] == tune["pairing_id"].map(pairings["lr"]),
        reached=tune["score"].fillna(floor).clip(lower=floor),
    )
    at_each = tune.groupby(["optimizer", "lr"])["reached"].median().unstack().dropna(axis=1)
    own = tune[tune["is_own"]].groupby("optimizer")["reached"].median()
    best_shared = at_each.median().nlargest(1)
    columns = {"at its own lr": own} | {f"at lr {format_lr(lr)} for all": at_each[lr] for lr in best_shared.index}
    rows = (
        [
            code(str(name)),
            working(group),
            format_lr(float(group["lr"].median())),
            *(format_score(float(column[str(name)])) for column in columns.values()),
        ]
        for name, group in pairings.groupby("optimizer", sort=False)
    )
    yield table(["optimizer", "work", "median lr chosen", *(f"validation {name}" for name in columns)], rows)
    apart = (
        f"{name} from {format_score(float(column.min()))} to {format_score(float(column.max()))}"
        for name, column in columns.items()
    )
    yield f"The medians of {len(own)} optimizers go, {'; '.join(apart)}."


def _in_shares(shares: pd.DataFrame) -> Iterator[str]:
    """Each factor's share in the score, from the least to the largest over tasks."""
    of_score = {factor: 100 * group for factor, group in shares["score_share"].dropna().groupby(level="factor")}
    told = [
        f"{words} {float(of_score[factor].min()):.0f} to {float(of_score[factor].max()):.0f} %"
        for factor, words in (
            ("optimizer", "the optimizer"),
            ("learning rate", "its learning rate"),
            ("output x loss", "output and loss"),
        )
        if factor in of_score
    ]
    if told:
        yield f"Of the variance of the score, over all tuning trials and by task: {', '.join(told)}."

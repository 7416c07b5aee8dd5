"""docs/gallery.md: a walk through what a run found, every number and picture of it made from that run."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.canvas import house_style, save_png
from actloss_cli.report.markdown import plain
from actloss_cli.store.data import RunData
from studies.gallery_chapters import optimizers, predicted, reading, works
from studies.gallery_findings import findings
from studies.gallery_section import Picture, Section, Told

PICTURES = "gallery"
_WIDTH_PX = 420
"""As shown on a page: near the size of print, on a usual screen."""
_QUESTION = """\
Which activation, output, loss and optimizer go together, which are mismatched, and why? {n_pairings:,} pairings, each
tuned over the same number of learning rates and judged on {seeds} fresh seeds: {n_trials:,} trainings of small networks
for {epochs} epochs, on {tasks}. All that follows, words, numbers and pictures, is made from the run by
`make gallery`."""
_ENDS = """\
A verdict holds for the task, model and budget that were run:
[how to read one](../README.md#how-to-read-a-verdict), [how often they err](statistics.md),
[what theory computes](theory.md). The page of the run (`{results}/report/index.html`) has every pairing with its cause,
curves and diagnostics."""


def write_gallery(run: RunData, analysis: Analysis, folder: Path) -> None:
    """Writes gallery.md and gallery/*.png into the folder; removes pictures that are no more.

    Raises ValueError for a run in which no task has a reference.
    """
    told = Told(run, analysis)
    if not told.tasks:
        raise ValueError(f"nothing to tell of {run.name}: no task has a reference")
    sections = [reading(told), works(told), *findings(told), predicted(told), optimizers(told)]
    pictures = folder / PICTURES
    pictures.mkdir(parents=True, exist_ok=True)
    shown = {one.name: image for section in sections for one in section.pictures if (image := _save(one, folder))}
    for orphan in set(pictures.glob("*.png")) - {pictures / f"{name}.png" for name in shown}:
        orphan.unlink()
    text = "\n\n".join(_paragraphs(told, sections, shown))
    (folder / "gallery.md").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _save(picture: Picture, folder: Path) -> str:
    """Draws it; how a page shows it, its title in words beside it; "" where there is nothing to draw."""
    with house_style():
        figure = picture.draw()
        if figure is None:
            return ""
        path = save_png(figure, folder / PICTURES / picture.name).relative_to(folder)
    title = escape(" ".join(figure.get_suptitle().split()))
    return f'<img src="{path.as_posix()}" width="{_WIDTH_PX}" alt="{title}">'


def _paragraphs(told: Told, sections: Sequence[Section], shown: Mapping[str, str]) -> Iterator[str]:
    yield f"# What the run {plain(told.run.name)} found"
    seeds, epochs = (" or ".join(map(str, told.run.tasks[name].unique())) for name in ("n_final", "epochs"))
    yield _QUESTION.format(
        n_pairings=len(told.pairings),
        n_trials=len(told.run.trials),
        seeds=seeds,
        epochs=epochs,
        tasks=", ".join(plain(task) for task in told.tasks),
    )
    for section in sections:
        yield f"## {section.heading}"
        yield from section.paragraphs
        if images := [shown[one.name] for one in section.pictures if one.name in shown]:
            yield "\n".join(images)
        yield f"```console\n$ {shlex.join(('actloss', *section.command))}\n```"
    yield _ENDS.format(results=told.results)

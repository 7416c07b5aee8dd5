"""Writes docs/catalogue.md and its plots, docs/catalogue/*.svg, from the declarations."""

from pathlib import Path

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, ActivationSpec, LossSpec
from actloss_cli.report.catalogue_page import PLOTS, catalogue_page
from actloss_cli.report.function_plot import draw_function


def write_catalogue(folder: Path) -> None:
    """Writes the page and its plots into the folder; removes plots of functions that are no more."""
    drawn: tuple[ActivationSpec | LossSpec, ...] = (*ACTIVATIONS, *LOSSES)
    plots = folder / PLOTS
    plots.mkdir(parents=True, exist_ok=True)
    texts = {plots / f"{spec.name}.svg": draw_function(spec) for spec in drawn}
    for orphan in set(plots.glob("*.svg")) - set(texts):
        orphan.unlink()
    for path, text in {**texts, folder / "catalogue.md": catalogue_page()}.items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_catalogue(Path(__file__).parent)

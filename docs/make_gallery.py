"""Writes docs/gallery.md and its pictures, docs/gallery/*.png, from a finished run: `make_gallery.py results/grid`."""

import sys
from pathlib import Path

from actloss_cli.analysis.pairings import analyse
from actloss_cli.store.reader import read_run
from studies.gallery import write_gallery

if __name__ == "__main__":
    run = read_run(Path(sys.argv[1]))
    write_gallery(run, analyse(run), Path(__file__).parent)

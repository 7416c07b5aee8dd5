"""Runs scripts, one after another, in one process in which actloss can't be imported; prints the last line of each.

python runner.py SCRIPT...
"""

import contextlib
import io
import runpy
import sys
import warnings

if __name__ == "__main__":
    sys.modules["actloss_cli"] = None  # type: ignore[assignment]  # importing it is an ImportError
    warnings.simplefilter("error")
    for path in sys.argv[1:]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                runpy.run_path(path, run_name="__main__")
            except Exception as error:
                sys.stdout.write(f"{type(error).__name__}: {error}")
        sys.stdout.write(printed.getvalue().splitlines()[-1] + "\n")

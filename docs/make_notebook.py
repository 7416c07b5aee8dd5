"""Runs docs/notebook.ipynb from top to bottom in a folder of its own, and stores what came out in it."""

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("notebook.ipynb")
TIMEOUT_S = 300


def executed(notebook: Path) -> nbformat.NotebookNode:
    """The notebook with fresh outputs; raises nbclient's `CellExecutionError` where a cell fails."""
    node = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(node, timeout=TIMEOUT_S, record_timing=False, resources={"metadata": {"path": folder}})
        kernel = client.create_kernel_manager()
        kernel.transport, kernel.ip = "ipc", f"{folder}/kernel"  # no ports, to which others could listen
        client.execute()
    node.metadata["language_info"] = {"name": "python"}  # Whatever ran it: its version would differ by machine.
    return node


if __name__ == "__main__":
    nbformat.write(executed(NOTEBOOK), NOTEBOOK)

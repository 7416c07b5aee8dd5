"""A full disk, a limit of file sizes, a folder that can't be written: told by its path, and nothing is lost."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from studies.sessions import numbers, stored, write_grid
from tests.reliability.rare import rare
from tests.tiny_grid import actloss


def may_mount() -> bool:
    """Whether a mount namespace can be made, as root or by a user of their own."""
    probe = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return sys.platform == "linux" and subprocess.run(probe, capture_output=True).returncode == 0


mounts = pytest.mark.skipif(not may_mount(), reason="no mount namespaces for users here")


def in_namespace(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell that may mount, on mounts that nobody else sees; `actloss` is the command."""
    command = f'actloss() {{ "{sys.executable}" -m actloss_cli "$@"; }}\n{script}'
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", command]
    return subprocess.run(shell, cwd=folder, capture_output=True, text=True, timeout=300)


@mounts
def test_a_full_disk_ends_the_run_with_its_name_and_freeing_space_lets_it_go_on(undisturbed, tmp_path):
    write_grid(tmp_path)
    (tmp_path / "small").mkdir()
    answer = in_namespace(
        """
        mount -t tmpfs -o size=360k tmpfs small
        actloss run grid.yaml --results small
        echo "code $?"
        cp -r small/grid kept
        mount -o remount,size=50m small
        actloss run grid.yaml --results small --workers 1
        echo "code $?"
        cp -r small/grid whole
        """,
        tmp_path,
    )
    assert answer.stdout.split("\n")[:2] == ["code 3", "code 0"], answer.stderr
    assert (
        "error: cannot write 'small/grid/results.sqlite': database or disk is full\n"
        "hint: what is stored is intact; free space and run again\n"
    ) in answer.stderr
    assert "Traceback" not in answer.stderr
    before, after = stored(tmp_path / "kept"), stored(tmp_path / "whole")
    assert before
    assert before.items() <= after.items()
    assert numbers(tmp_path / "whole") == numbers(undisturbed)


@rare
def test_a_limit_of_file_sizes_is_told_and_nothing_is_lost(tmp_path):
    config = write_grid(tmp_path)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    answer = actloss("run", config, cwd=tmp_path, preexec_fn=limit)
    assert answer.returncode == 3, answer.stderr
    path = Path("results") / "grid" / "results.sqlite"
    assert f"error: cannot write '{path}': " in answer.stderr
    assert "hint: what is stored is intact; " in answer.stderr
    assert "Traceback" not in answer.stderr
    assert actloss("doctor", "results/grid", cwd=tmp_path).returncode == 0


@rare
@mounts
def test_a_read_only_folder_is_told_at_once_and_reports_still_print(undisturbed, tmp_path):
    write_grid(tmp_path)
    (tmp_path / "r").mkdir()
    answer = in_namespace(
        f"""
        cp -r "{undisturbed}" r/grid
        mount --bind r r && mount -o remount,ro,bind r
        actloss run grid.yaml --results r --set seeds.final=3
        echo "code $?"
        actloss report r/grid --no-files > told
        echo "code $?"
        actloss report r/grid --no-figures > told
        echo "code $?"
        """,
        tmp_path,
    )
    assert answer.stdout.split("\n")[:3] == ["code 3", "code 0", "code 3"], answer.stderr
    assert "error: cannot use 'r/grid/.lock': Read-only file system\n" in answer.stderr
    assert "Traceback" not in answer.stderr


@rare
def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    config = write_grid(tmp_path)
    (tmp_path / "file").write_text("")
    answer = actloss("run", config, "--results", "file", cwd=tmp_path)
    assert answer.returncode == 3
    assert answer.stderr.startswith("error: 'file/grid' is a file, not a folder\n"), answer.stderr

"""Two runs at once, a report during a run, odd places, settings and clocks: each works, or says why not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studies.sessions import GRID, count_trials, numbers, running, wait_for, write_grid
from tests.reliability.rare import rare
from tests.tiny_grid import actloss, actloss_from_scratch


def test_a_second_run_exits_at_once_naming_the_first_and_a_report_reads_one_state(tmp_path):
    slow = "  - {kind: binary, dataset: imbalanced, training: {epochs: 1000000}}\n"
    config = write_grid(tmp_path, GRID.replace("activation:", f"{slow}activation:"))
    folder = tmp_path / "results" / "grid"
    with running("run", config, "--workers", 1, cwd=tmp_path) as process:
        wait_for(lambda: count_trials(folder))
        second = actloss("run", config, cwd=tmp_path)
        host = os.uname().nodename
        assert second.returncode == 3
        assert f"error: 'results/grid' is in use by process {process.pid} on {host}\n" in second.stderr
        report = actloss("report", folder, "--no-files", "--json", cwd=tmp_path)
        assert report.returncode == 0, report.stderr
        assert process.poll() is None, "the run was over too soon"
    summary = json.loads(report.stdout)
    assert not summary["finished"]
    assert summary["n_missing"] > 0


ODD = "ein Ordner\N{COMBINING DIAERESIS} \N{CJK UNIFIED IDEOGRAPH-6F22} 'quoted' & more #1?%20"


def surroundings(tmp_path):
    """No home, a locale without UTF-8, a strict umask's worth of odd names; nothing else is known of the machine."""
    kept = {key: os.environ[key] for key in ("PATH", "OMP_NUM_THREADS", "VIRTUAL_ENV") if key in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "Pacific/Chatham", "TMPDIR": str(tmp_path)}


def test_odd_paths_a_link_for_a_folder_no_home_and_another_locale_change_nothing(undisturbed, tmp_path):
    place = tmp_path / ODD
    write_grid(place)
    (tmp_path / "elsewhere").mkdir()
    (place / "r").symlink_to(tmp_path / "elsewhere", target_is_directory=True)

    options = {"env": surroundings(tmp_path), "umask": 0o077}
    answer = actloss_from_scratch("run", place / "grid.yaml", "--results", "r", cwd=place, **options)
    assert answer.returncode == 0, answer.stderr
    folder = tmp_path / "elsewhere" / "grid"
    assert numbers(folder) == numbers(undisturbed)
    assert (folder / "results.sqlite").stat().st_mode & 0o077 == 0
    report = actloss_from_scratch("report", "r/grid", "--no-figures", cwd=place, **options)
    assert report.returncode == 0, report.stderr
    assert (folder / "report" / "index.html").exists()


CLOCK = """
import datetime, itertools, time
jumps = itertools.cycle([0.0, 3.0e7, -3.0e8, 9.0e8])
real = time.time
time.time = lambda: real() + next(jumps)
real_ns = time.time_ns
time.time_ns = lambda: real_ns() + int(next(jumps) * 1e9)
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
datetime.datetime = Jumping
"""


@rare
def test_a_clock_that_jumps_by_years_changes_nothing(undisturbed, tmp_path):
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path / "clock"), str(Path.cwd())])}
    years = subprocess.run(
        [sys.executable, "-c", "import datetime; print({datetime.datetime.now().year for _ in range(4)})"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert years.stdout.count(",") >= 2, "the clock does jump"
    answer = actloss_from_scratch("run", write_grid(tmp_path), cwd=tmp_path, env=environment)
    assert answer.returncode == 0, answer.stderr
    assert numbers(tmp_path / "results" / "grid") == numbers(undisturbed)


@rare
def test_a_run_goes_on_where_its_folder_was_moved_to(undisturbed, tmp_path):
    shutil.copytree(undisturbed, tmp_path / "other place" / "grid")
    answer = actloss("run", write_grid(tmp_path), "--results", "other place", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert ", 0 of them trained now" in answer.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("../up", "/etc/x", "a/b", "..", "con", "CON", "nul.txt", "x" * 300, "a\nb", "", " a", "a:b", ".hidden", "a."),
        "\N{RIGHT-TO-LEFT OVERRIDE}x",
    ],
)
def test_a_name_that_no_folder_should_have_is_refused(tmp_path, name):
    from actloss_cli.config.load import load_config
    from actloss_cli.errors import UserError

    path = tmp_path / "grid.yaml"
    path.write_text(f"name: {json.dumps(name)}\ntasks: [{{kind: binary, dataset: moons}}]\n")
    with pytest.raises(UserError) as refusal:
        load_config(str(path))
    assert len(refusal.value.problems) == 1
    assert len(str(refusal.value)) < 500
    assert sorted(tmp_path.iterdir()) == [path]


@rare
def test_labels_become_file_names_inside_the_folder_of_results(tmp_path):
    labels = ["..", "CON", "a\\b", "C:", "..\\..\\x", "*?<>|", "\N{CJK UNIFIED IDEOGRAPH-6F22}" * 60]
    tasks = "".join(f"  - {{kind: binary, dataset: moons, label: {json.dumps(label)}}}\n" for label in labels)
    (tmp_path / "grid.yaml").write_text(
        f"name: grid\ntasks:\n{tasks}activation: relu\noutput: sigmoid\nloss: bce\noptimizer: adam\nlr: 0.1\n"
        "seeds: {tune: 1, final: 2}\nmodel: {hidden: [2]}\ntraining: {epochs: 1}\n"
    )
    answer = actloss("run", "grid.yaml", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    report = actloss("report", "results/grid", cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grid.yaml", "results"]
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["grid"]
    for path in (tmp_path / "results" / "grid").rglob("*"):
        stem = path.name.split(".")[0].lower()
        assert stem not in ("con", "nul", "aux", "prn")
        assert len(path.name.encode()) <= 255
        assert not set('\\:*?"<>|\n') & set(path.name), path

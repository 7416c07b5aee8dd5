"""docs/scaling.md says of each bar whether it was met, from numbers that tests make up."""

import pytest

from benchmarks.cluster.measured import CommitRate, GridRun, Measured, TaskCost
from benchmarks.cluster.page import page


def runs(ray_session_s, ray_command_s, *, is_same=True):
    return [
        GridRun("local, 2 workers", 2, 105.0, 100.0, 190.0, 10_000, True),
        GridRun("Ray on this machine, 2 slots", 2, ray_command_s, ray_session_s, 195.0, 10_000, is_same),
        GridRun("local, 1 worker", 1, 205.0, 200.0, 190.0, 10_000, True),
    ]


@pytest.mark.parametrize(
    ("session_s", "command_s", "said"),
    [
        (105.0, 110.0, "met by the session (5.0 %), met with Ray's own start and imports counted (4.8 %)"),
        (109.0, 126.0, "met by the session (9.0 %), **not met** with Ray's own start and imports counted (20.0 %)"),
        (111.0, 126.0, "**not met** by the session (11.0 %), "),
    ],
)
def test_the_overhead_of_ray_is_told_with_and_without_its_start(session_s, command_s, said):
    text = page(Measured("grid", runs=runs(session_s, command_s), tasks=TaskCost(2.5, 1.25)))
    assert said in text
    assert "2.5 ms from hand to hand, 1.2 ms with four in flight" in text
    row = next(line for line in text.splitlines() if line.startswith("| local, 1 worker"))
    assert [cell.strip() for cell in row.split("|")[3:6:2]] == ["", ""], "another number of cores is no overhead"


def test_other_tables_are_told():
    assert "**no**" in page(Measured("grid", runs=runs(100.0, 105.0, is_same=False)))


@pytest.mark.parametrize(("seconds", "said"), [(1.0, "a second: met."), (1.5, "a second: **not met** here.")])
def test_the_slowest_stretch_of_commits_counts(seconds, said):
    commits = [CommitRate(0, 24_000, 1.0, 40.0), CommitRate(24_000, 24_000, seconds, 80.0)]
    text = page(Measured("grid", runs=runs(100.0, 105.0), commits=commits))
    assert said in text
    assert f"about {24_000 / seconds * 190.0 / 10_000:,.0f} cores" in text


def test_without_measurements_the_page_says_how_to_use_it():
    text = page(Measured())
    assert "--executor ray --address auto" in text
    assert "#SBATCH --array=1-8" in text
    assert "Nothing is measured yet." in text
    assert "What Ray costs" not in text
    assert "Machine" not in text

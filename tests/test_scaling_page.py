"""docs/scaling.md says of each bar whether it was met, from numbers that tests make up."""

import pytest

from benchmarks.cluster.measured import CommitRate, DriverMemory, GridRun, Measured, TaskCost
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
    assert [cell.strip() for cell in row.split("|")[3:6:2]] == ["", ""], "it is what others are compared with"


def test_each_run_on_ray_is_compared_with_local_workers_on_as_many_cores():
    on_one = [*runs(105.0, 110.0), GridRun("Ray on this machine, 1 slot", 1, 230.0, 224.0, 190.0, 10_000, True)]
    text = page(Measured("grid --set optimizer=[adam]", "grid", runs=on_one, whole=runs(101.0, 104.0)))
    assert "`actloss run grid --set optimizer=[adam]`, 10,000 trials" in text
    row = next(line for line in text.splitlines() if line.startswith("| Ray on this machine, 1 slot"))
    assert [cell.strip() for cell in row.split("|")[3:6:2]] == ["+12.2 %", "+12.0 %"]
    assert text.index("met by the session (1.0 %)") < text.index("**not met** by the session (12.0 %)")


def test_the_growth_of_the_driver_is_told_per_pairing():
    driver = [
        DriverMemory(400, 10_000, 9_700, 400, 500, 510, 520, 5),
        DriverMemory(40_400, 1_000_000, 100_000, 400, 520, 560, 600, 50),
    ]
    text = page(Measured(driver=driver))
    said = "From a plan of 10,000 trials to one of 1,000,000 the driver grows by 80 MB, 2.0 kB for each pairing"
    assert said in text
    assert "| 40,400 | 1,000,000 | 400 MB | 520 MB | 560 MB | 600 MB | 2,000 |" in text


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

"""Shards cover a plan without overlap, keep what hangs together, and make the whole run again."""

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.errors import UserError
from actloss_cli.plan.plan import make_plan
from actloss_cli.plan.shard import Shard, parse_shard
from actloss_cli.store.reader import read_run
from tests.tiny_grid import actloss, write_tiny


@pytest.mark.parametrize("count", [1, 3, 8, 100])
def test_shards_share_nothing_and_leave_nothing_out(count):
    plan = make_plan(expand(load_config("smoke")))
    whole = [group.key for group in plan.groups()]
    parts = [list(Shard(number, count).take(whole)) for number in range(1, count + 1)]
    assert sorted(repr(key) for part in parts for key in part) == sorted(map(repr, whole))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["0/8", "9/8", "3", "3/8/1", "a/8", "-1/8", "3/0", ""])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(UserError) as caught:
        parse_shard(text)
    assert caught.value.problems[0].where == f"--shard {text}"


@pytest.mark.long
def test_shards_that_are_merged_are_the_whole_run(tiny_run, tmp_path):
    config = write_tiny(tmp_path)
    for number in (1, 2):
        answer = actloss("run", config, "--results", "r", "--shard", f"{number}/2", cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
    part = read_run(tmp_path / "r" / "tiny-shard-1-of-2")
    assert part.shards == ("1/2",)
    assert part.n_missing > 0
    report = actloss("report", "r/tiny-shard-1-of-2", cwd=tmp_path)
    assert "PARTIAL, only shard 1/2 of the plan: " in report.stderr + report.stdout

    half = actloss("merge", "r/tiny-shard-2-of-2", "-o", "r/half", cwd=tmp_path)
    assert "of the plan's shards only 2/2 are in it" in half.stderr
    answer = actloss("merge", "r/tiny-shard-1-of-2", "r/half", "-o", "r/tiny", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    whole, merged = read_run(tiny_run), read_run(tmp_path / "r" / "tiny")
    assert merged.shards == ()
    assert merged.n_missing == 0
    columns = [name for name in whole.trials if name != "elapsed_s"]
    assert merged.trials[columns].equals(whole.trials[columns])
    assert merged.pairings.equals(whole.pairings)
    again = actloss("run", config, "--results", "r", cwd=tmp_path)
    assert ", 0 of them trained now" in again.stderr

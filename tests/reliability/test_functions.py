"""A function that raises, gives NaN or another shape, or takes a minute: its own trials say so, all others go on."""

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.execute import worker_process
from actloss_cli.execute.local import LocalCrew
from actloss_cli.execute.run import run_plan
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.reader import read_run
from tests.reliability import faulty

CONFIG = """\
name: faulty
tasks: [{kind: binary, dataset: moons}]
activation: [relu, elu, selu, celu, softplus, tanh]
output: sigmoid
loss: bce
optimizer: adam
lr: 0.1
seeds: {tune: 1, final: 2}
model: {hidden: [4]}
training: {epochs: 2, batch_size: 256}
"""


def test_a_faulty_function_costs_its_own_trials_alone_and_its_words_are_stored(tmp_path, monkeypatch):
    (tmp_path / "faulty.yaml").write_text(CONFIG)
    loaded = load_config(str(tmp_path / "faulty.yaml"))
    folder = tmp_path / "r"

    def train() -> None:
        run_plan(
            make_plan(expand(loaded), loaded.thresholds),
            dump_yaml(loaded.resolved()),
            folder,
            "key",
            crew=LocalCrew(2, "cpu", timeout_s=5.0),
            watch=lambda progress: None,
            on_start=lambda stop: None,
        )

    with monkeypatch.context() as patch:
        patch.setattr(worker_process, "serve", faulty.serve)
        train()
    found = read_run(folder).trials
    by_activation = dict(iter(found.groupby(found["pairing_id"].str.split("/").str[1])))
    statuses = {name: set(rows["status"]) for name, rows in by_activation.items()}
    assert statuses == {
        "relu": {"done"},
        "tanh": {"done"},
        "elu": {"crashed"},
        "selu": {"diverged"},
        "celu": {"crashed"},
        "softplus": {"timeout"},
    }
    assert by_activation["elu"]["message"].str.startswith("ArithmeticError: no value for ").all()
    assert by_activation["celu"]["message"].str.startswith("IndexError: ").all()
    assert by_activation["softplus"]["message"].eq("the trial took longer than 5 s").all()

    train()  # With sound functions, what crashed or took too long is tried again; what diverged is an answer.
    mended = read_run(folder)
    assert mended.n_missing == 0
    again = mended.trials["pairing_id"].str.split("/").str[1].ne("selu")
    assert set(mended.trials.loc[again, "status"]) == {"done"}
    kept = found.index[found["status"] == "done"]
    assert mended.trials.loc[kept].drop(columns="pairing_id").equals(found.loc[kept].drop(columns="pairing_id"))

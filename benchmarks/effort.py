"""How much is measured: in full for the page, or in minutes for a look and for tests."""

from dataclasses import dataclass

from benchmarks.jobs import Work


@dataclass(frozen=True)
class Effort:
    """Sizes of everything that can be made shorter."""

    main: Work
    common: Work
    main_repetitions: int
    repetitions: int
    size_repetitions: int
    sample: int
    """Trials that a contender trains per repetition where all of them would take hours."""
    jax_groups: int
    """Groups of the main grid's pairings that JAX trains per repetition."""
    trial_counts: tuple[int, ...]
    """Of the jobs whose cost per trial is compared."""
    one_repetition_from: int
    """Jobs with so many trials run once."""
    groups: int
    """Groups of the main grid whose stacks are timed inside one process."""
    stack_sizes: tuple[int, ...]
    hidden: tuple[int, ...]
    batch_sizes: tuple[int, ...]
    depths: tuple[int, ...]
    cell_s: float
    """Seconds that one trial of a cell of the size grid takes in the plain loop, about."""


FULL = Effort(
    main=Work("configs/grid.yaml"),
    common=Work("benchmarks/job.yaml"),
    main_repetitions=3,
    repetitions=3,
    size_repetitions=3,
    sample=240,
    jax_groups=40,
    trial_counts=(100, 1_000, 10_000, 100_000),
    one_repetition_from=100_000,
    groups=24,
    stack_sizes=(32, 64, 128, 256),
    hidden=(8, 32, 128, 512),
    batch_sizes=(16, 64, 512),
    depths=(1, 4, 16),
    cell_s=0.3,
)
QUICK = Effort(
    main=Work("configs/smoke.yaml"),
    common=Work("benchmarks/job.yaml", ("lr=[0.001, 0.01]", "seeds.tune=3", "seeds.final=3", "training.epochs=5")),
    main_repetitions=2,
    repetitions=2,
    size_repetitions=2,
    sample=12,
    jax_groups=8,
    trial_counts=(100, 300),
    one_repetition_from=300,
    groups=3,
    stack_sizes=(32, 64),
    hidden=(8, 128),
    batch_sizes=(64,),
    depths=(1, 4),
    cell_s=0.02,
)

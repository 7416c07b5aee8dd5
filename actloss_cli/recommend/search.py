"""Carries a question out: rungs of short trainings, then the whole protocol on what is left; or goes on with that.

All trials are of one run's folder, whose plan is that of the rung in turn, at the end that of the finalists.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from actloss_cli.config.config import RunConfig
from actloss_cli.config.expansion import expand
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.execute.run import Session
from actloss_cli.plan.foretold import foretell
from actloss_cli.plan.plan import Plan, make_plan
from actloss_cli.plan.trial import Pairing
from actloss_cli.recommend.allowance import Allowance
from actloss_cli.recommend.budget import LEAST_FINALISTS, Prices, afford, least_room, make_schedule, share_out, sizes
from actloss_cli.recommend.candidates import list_candidates, plain_default
from actloss_cli.recommend.mistakes import list_avoided
from actloss_cli.recommend.question import Question
from actloss_cli.recommend.ranking import rank_pairings
from actloss_cli.recommend.record import Record, Rung, read_record, write_candidates, write_record
from actloss_cli.store.reader import read_run
from actloss_cli.theory.predict import PredictedVerdict


class Trainer(Protocol):
    """Trains what a plan is missing in the question's folder."""

    def __call__(self, plan: Plan, config: str, key: str, begun: Callable[[], None]) -> Session:
        """`key` is noted where all is there; `begun` is called once the folder is claimed, before the first trial."""
        ...


class Search:
    """One question in its folder. What is decided is recorded before it is trained, so that a later call goes on."""

    def __init__(
        self,
        question: Question,
        folder: Path,
        key: str,
        allowance: Allowance,
        train: Trainer,
        tell: Callable[[str], None],
    ) -> None:
        self._question, self._folder, self._key, self._allowance = question, folder, key, allowance
        self._train, self._tell = train, tell
        self._default = plain_default(question.profile.kind)
        plan = make_plan(expand(question.config(list_candidates(question.profile))))
        self._foretold = {
            planned.pairing: frozen.prediction for planned, frozen in zip(plan.pairings, foretell(plan), strict=True)
        }
        self._sound = [one for one, said in self._foretold.items() if one == self._default or not said.mismatched]

    def run(self) -> Session:
        """Trains what is not there yet. Ends with the finalists' plan in force, or stopped before.

        Raises `UserError` where the budget is too small.
        """
        record = read_record(self._folder, self._key)
        prices = None if record and record.n_finalists else self._price()
        record = record or self._begin(prices)
        left: Sequence[Pairing] = self._sound
        for number, epochs in enumerate(record.rung_epochs):
            if number == len(record.rungs):
                record = record.begun(Rung(self._size_of(number, record, prices), epochs))
            left = left[: record.rungs[number].n_pairings]
            session, left = self._train_rung(number, left, record)
            if session.progress.stopped:
                return session
            if prices is not None and session.progress.n_fresh:
                prices = self._allowance.corrected(prices, record.rungs[number], session.elapsed_s)
        return self._finish(left, record, prices)

    def _begin(self, prices: Prices | None) -> Record:
        assert prices is not None, "measured where there is no record"
        n, epochs = len(self._sound), self._question.task.training.epochs
        room = self._room(prices)
        schedule = make_schedule(n, epochs, prices, room)
        if schedule is None:
            raise self._allowance.too_small(n, least_room(n, epochs, prices), room)
        avoided = list_avoided(self._foretold, self._default)
        return Record(
            key=self._key,
            profile=self._question.profile,
            default=self._default.label,
            epochs=epochs,
            n_candidates=len(self._foretold),
            n_sound=n,
            avoided=avoided,
            rung_epochs=schedule.epochs,
        )

    def _price(self) -> Prices:
        rung, whole = self._question.rung(self._sound, epochs=1), self._question.config([self._default])
        return self._allowance.prices(make_plan(expand(rung)), make_plan(expand(whole)))

    def _room(self, prices: Prices, rungs: tuple[Rung, ...] = ()) -> float:
        n_trainable = sum(said.verdict != PredictedVerdict.INVALID for said in self._foretold.values())
        return self._allowance.room(prices, n_trainable, rungs)

    def _size_of(self, number: int, record: Record, prices: Prices | None) -> int:
        assert prices is not None, "measured where a decision is open"
        n = len(self._sound)
        if number == 0:
            return n
        n_whole = afford(n, record.rung_epochs, number, prices, self._room(prices, record.rungs))
        return sizes(n, max(n_whole, LEAST_FINALISTS), len(record.rung_epochs))[number]

    def _train_rung(self, number: int, left: Sequence[Pairing], record: Record) -> tuple[Session, Sequence[Pairing]]:
        """How it went, and its pairings, the best first and the default among those that any number of them keeps."""
        rung = record.rungs[number]
        self._tell(
            f"rung {number + 1} of {len(record.rung_epochs)}: {rung.n_pairings} pairings,"
            f" {rung.epochs} of {record.epochs} epochs each"
        )
        session, plan = self._carry_out(self._question.rung(left, rung.epochs), f"{self._key} {number}", record)
        if session.progress.stopped:
            return session, left
        pairing_of = {planned.id: planned.pairing for planned in plan.pairings}
        ranked = [pairing_of[id_] for id_ in rank_pairings(read_run(self._folder))]
        return session, [self._default, *(one for one in ranked if one != self._default)]

    def _finish(self, left: Sequence[Pairing], record: Record, prices: Prices | None) -> Session:
        """The whole protocol, for finalists and mistakes; what can't be trained stands beside them."""
        valid, invalid = self._mistakes(record)
        if not record.n_finalists:
            assert prices is not None, "measured where a decision is open"
            n_whole = int(self._room(prices, record.rungs) / prices.whole)
            if record.rungs:
                n_finalists, n_mistakes = share_out(min(n_whole, record.rungs[-1].n_pairings), len(valid))
            else:
                n_finalists, n_mistakes = len(left), min(len(valid), max(0, n_whole - len(left)))
            record = replace(record, n_finalists=n_finalists, n_mistakes=n_mistakes)
        beside = f" and {record.n_mistakes} predicted mismatches" if record.n_mistakes else ""
        self._tell(f"last: {record.n_finalists} pairings{beside} by the whole protocol, on seeds that chose nothing")
        pairings = [*left[: record.n_finalists], *valid[: record.n_mistakes], *invalid]
        session, _ = self._carry_out(self._question.config(pairings), self._key, record)
        return session

    def _mistakes(self, record: Record) -> tuple[list[Pairing], list[Pairing]]:
        """The examples of what is avoided: those that can be trained, and those that can't."""
        by_label = {pairing.label: pairing for pairing in self._foretold}
        examples = [(by_label[one.example], one.verdict) for one in record.avoided]
        valid = [pairing for pairing, verdict in examples if verdict != PredictedVerdict.INVALID]
        return [one for one in valid if one != self._default], [
            pairing for pairing, verdict in examples if verdict == PredictedVerdict.INVALID
        ]

    def _carry_out(self, config: RunConfig, key: str, record: Record) -> tuple[Session, Plan]:
        """What is decided, and the config of all candidates, are written before the first trial."""
        plan = make_plan(expand(config))

        def note() -> None:
            write_record(self._folder, record)
            write_candidates(self._folder, dump_yaml(self._question.everything(list(self._foretold)).resolved()))

        return self._train(plan, dump_yaml(config.resolved()), key, note), plan

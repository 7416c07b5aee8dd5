"""From a config in force to the plan: the one way of the verbs and of Python."""

from actloss_cli.config.config import RunConfig
from actloss_cli.config.expansion import expand
from actloss_cli.config.size import check_size
from actloss_cli.plan.plan import Plan, make_plan


def plan_config(config: RunConfig, max_trials: int) -> Plan:
    """Every pairing with what it asks for; raises `UserError` where that is more than `max_trials`."""
    check_size(config, max_trials)
    return make_plan(expand(config), config.thresholds)

"""Configs: YAML to the grid it asks for. Loads neither pandas nor scikit-learn until a dataset needs them."""

from actloss_cli.config.config import RunConfig, TaskConfig
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.shipped import shipped_configs
from actloss_cli.config.yaml_writer import dump_yaml

__all__ = ["RunConfig", "TaskConfig", "dump_yaml", "expand", "load_config", "shipped_configs"]

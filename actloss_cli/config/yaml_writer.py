"""Plain values to YAML that our reader reads back as they were."""

from datetime import date, datetime
from pathlib import PurePath

import numpy as np
import yaml

from actloss_cli.config.yaml_loader import SCALAR_RESOLVERS


class _Dumper(yaml.SafeDumper):
    """Quotes text that either YAML 1.1 or our reader would take for something else."""

    def ignore_aliases(self, data: object) -> bool:
        """Writes out what occurs twice."""
        return True


for _tag, _pattern, _first in SCALAR_RESOLVERS:
    _Dumper.add_implicit_resolver(_tag, _pattern, _first)
for _kind in (set, bytes, date, datetime):  # PyYAML would give them tags, which no config has
    _Dumper.add_representer(_kind, _Dumper.represent_undefined)
_Dumper.add_multi_representer(PurePath, lambda dumper, path: dumper.represent_str(str(path)))
for _scalar in (np.number, np.bool_):
    _Dumper.add_multi_representer(_scalar, lambda dumper, scalar: dumper.represent_data(scalar.item()))


def dump_yaml(value: object) -> str:
    """The value as one YAML document in the order given; it is made of dicts, lists, tuples, text, paths and numbers.

    Raises `yaml.representer.RepresenterError` for anything else, and RecursionError where it holds itself.
    """
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True)

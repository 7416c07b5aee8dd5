"""Plain values to YAML that our reader reads back as they were."""

import yaml

from actloss_cli.config.yaml_loader import SCALAR_RESOLVERS


class _Dumper(yaml.SafeDumper):
    """Quotes text that either YAML 1.1 or our reader would take for something else."""

    def ignore_aliases(self, data: object) -> bool:
        """Writes out what occurs twice."""
        return True


for _tag, _pattern, _first in SCALAR_RESOLVERS:
    _Dumper.add_implicit_resolver(_tag, _pattern, _first)


def dump_yaml(value: object) -> str:
    """The value, made of dicts, lists, text, numbers and truth values, as one YAML document in the order given."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True)

"""A function's settings as people read them, and the YAML that sets them."""

from actloss_cli.catalogue.interval import REAL
from actloss_cli.catalogue.spec import HyperValue, Spec


def as_yaml(spec: Spec) -> str:
    """What a config may say for the function, with the defaults of its own hyperparameters: `{name: elu, alpha: 1}`."""
    pairs = [f"{name}: {written(value)}" for name, value in spec.hyper.items()]
    return "{" + ", ".join([f"name: {spec.name}", *pairs]) + "}"


def allowed(spec: Spec, name: str) -> str:
    """What the setting of that name may be besides its default: `in (0, inf)`, `or tanh`."""
    default = spec.settings[name]
    if isinstance(default, bool):
        return f"or {written(not default)}"
    if isinstance(default, str):
        return f"or {' or '.join(option for option in spec.options_for(name) if option != default)}"
    limits = spec.limits_for(name)
    if limits == REAL:
        return "any number"
    numbers = "each " if isinstance(default, tuple) else "a whole number " if isinstance(default, int) else ""
    return f"{numbers}in {limits}"


def written(value: HyperValue) -> str:
    """As a config has it; a number with all its digits, in the shorter notation."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value
        case tuple():
            return f"[{', '.join(written(part) for part in value)}]"
        case _:
            short = f"{value:g}"
            return short.replace("e-0", "e-").replace("e+0", "e") if float(short) == value else repr(value)

"""`actloss schema`: the JSON schema of configs, for editors."""

import typer


def schema() -> None:
    """Print the JSON schema of configs, by which editors complete names and mark slips.

    Save it beside your config, and write as the first line of the config:

      # yaml-language-server: $schema=actloss.schema.json

    Example:
      actloss schema > actloss.schema.json
    """
    import json

    from actloss_cli.config.json_schema import config_schema

    typer.echo(json.dumps(config_schema(), indent=1, ensure_ascii=False))

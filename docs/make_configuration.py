"""Writes docs/configuration.md, every key of a config, from the schema."""

from pathlib import Path

from actloss_cli.report.configuration_page import configuration_page

PAGE = Path(__file__).with_name("configuration.md")

if __name__ == "__main__":
    PAGE.write_text(configuration_page(), encoding="utf-8", newline="\n")

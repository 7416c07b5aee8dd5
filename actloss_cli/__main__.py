"""Lets `python -m actloss_cli` stand in for the console script `actloss`."""

from actloss_cli.cli.app import main

if __name__ == "__main__":
    main()

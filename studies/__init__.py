"""How often the verdicts are wrong, by simulation. Run as `make simulate`."""

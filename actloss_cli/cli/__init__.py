"""One file per verb: parses, calls, renders; computes nothing."""

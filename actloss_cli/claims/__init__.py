"""Claims about pairings: read from a file, tested on finished runs. Trains nothing and draws nothing."""

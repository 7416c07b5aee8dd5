"""From a table of one's own to the pairings to use on it: what the data look like, what is tried, what came out."""

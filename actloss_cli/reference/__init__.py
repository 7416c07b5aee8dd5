"""What the main grid measured, as it ships: one row per pairing, its provenance beside it; `make reference` writes both."""

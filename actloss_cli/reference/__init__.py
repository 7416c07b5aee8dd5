"""What the main grid measured, one row per pairing, with its provenance; `make reference` writes both."""

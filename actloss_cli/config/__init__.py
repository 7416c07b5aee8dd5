"""Configs: YAML to the grid it asks for. Loads neither pandas nor scikit-learn until a dataset needs them."""

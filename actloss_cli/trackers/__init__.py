"""A run's trials as records for experiment trackers, and the trackers that take them."""

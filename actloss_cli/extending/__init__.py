"""Functions, models and data that are not actloss's own: found by name, imported, made declarations, checked."""

"""A run on disk: plain files and one SQLite database, written by one process."""

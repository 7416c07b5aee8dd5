"""What could train the same trials: each contender takes them and tells its time and the scores that it reached."""

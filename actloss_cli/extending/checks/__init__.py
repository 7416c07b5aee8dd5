"""What every function must pass before it is trained, of the catalogue or of one's own; each file has one role."""

"""Stacks of models trained as one tensor program, and the plain loop that says what they mean."""

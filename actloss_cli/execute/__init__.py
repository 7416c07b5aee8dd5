"""Carries a plan out on worker processes and hands the results to the store."""

"""What a run beyond one machine costs: runs on Ray against local ones, and what the single writer can store."""

"""What is to be trained: trials, stacks, and which of them are still missing."""

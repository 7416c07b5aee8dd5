"""Ray as the executor: the same stacks as tasks on a cluster's nodes. Nothing outside of here imports Ray."""

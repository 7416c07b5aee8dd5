"""Machine code for what a stack spends its time on, made by LLVM in a fraction of a second; no compiler needed."""

"""The contenders' names, as tables and figures show them."""

ACTLOSS = "actloss run"
PLAIN = "plain loop, joblib"
SKLEARN = "scikit-learn, joblib"
JAX = "JAX vmap + jit + scan"
FLOOR = "matrix products alone"

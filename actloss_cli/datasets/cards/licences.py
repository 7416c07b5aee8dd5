"""Terms that several datasets share."""

GENERATED = "none needed: generated"
UCI = "CC BY 4.0 (UCI Machine Learning Repository)"
MNIST = "CC BY-SA 3.0 (LeCun and Cortes)"

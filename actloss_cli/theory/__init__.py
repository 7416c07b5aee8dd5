"""What follows from the functions alone, in float64, before anything is trained."""

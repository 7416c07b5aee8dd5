"""How fast actloss is, against whatever else could train the same trials. Run as `make bench`."""

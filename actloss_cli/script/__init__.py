"""One trial as a script in plain PyTorch that needs no actloss. Made of the catalogue's own source; trains nothing."""

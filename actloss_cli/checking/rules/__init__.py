"""The rules: each reads a case and yields findings; what a rule judges by is a number at the top of its file."""

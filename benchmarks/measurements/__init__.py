"""What is measured, a file for each table of the page: a frozen record and the function that fills it."""

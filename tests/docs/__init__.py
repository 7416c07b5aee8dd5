"""The pages of docs/ as a reader uses them: what they show runs, what they link to is there, the site builds."""

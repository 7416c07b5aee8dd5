"""The page: one self-contained HTML file that shows a run, from its analysis. Fetches nothing, trains nothing."""

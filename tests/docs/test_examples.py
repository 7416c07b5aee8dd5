"""The Python of the pages runs as it is printed, and says what the pages say that it says."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each."""
    return FENCE.findall((DOCS / page).read_text(encoding="utf-8"))


@pytest.mark.long
def test_the_python_of_the_page_on_python_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, text in blocks("python_api.md"):
        if language == "python":
            capsys.readouterr()
            exec(compile(text, "docs/python_api.md", "exec"), names)
        elif language == "text":
            assert capsys.readouterr().out == text
    assert (tmp_path / "curves.png").stat().st_size > 0
    assert names["pairings"]["verdict"].tolist()[0] == "invalid"
    assert names["results"].n_missing == 0

"""What MkDocs is told beside its settings: the notebook as a page, copies of files outside docs/ that pages link to.

On the code host such links lead to the files; on the site to copies, so that they work without a network too.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = PurePosixPath("docs")
HOME = "README.md"
"""Of the repository; the site's first page."""
SOURCES = PurePosixPath("source")
"""The site's folder of what is outside docs/."""
_LINK = re.compile(r"(?P<before>\]\(|\b(?:src|href)=\")(?P<target>[^)\s\"#:]+)(?=[)\"#])")
_LIST_AT_ONCE = re.compile(r"^(?![-*|>#\s]|\d+\.)(.+)\n(?=[-*] |\d+\. )", re.MULTILINE)
_ROW = re.compile(r"^\|.*$", re.MULTILINE)
_CODE = re.compile(r"`[^`]*`")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Puts links right, and adds what has no file of its own in docs/."""
    texts = {str(DOCS / file.src_uri): file.content_string for file in files.documentation_pages()}
    notebooks = [file for file in files if file.src_uri.endswith(".ipynb")]
    texts |= {str(DOCS / file.src_uri): _notebook(file.content_string) for file in notebooks}
    waiting = [HOME, *texts]
    while waiting:
        path = waiting.pop()
        text = texts.setdefault(path, "") or _outside(path)
        texts[path] = text
        if _place(path).endswith(".md"):
            waiting += [target for target in _targets(text, path) if _is_outside(target) and target not in texts]
    for path, text in texts.items():
        if (old := files.get_file_from_path(_place(path))) is not None:
            files.remove(old)
        content = _linked(text, path) if _place(path).endswith(".md") else text
        files.append(File.generated(config, _place(path), content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Reads as the code host does: a list may follow a paragraph at once, a bar in a cell's code is escaped."""
    apart = _LIST_AT_ONCE.sub(r"\1\n\n", markdown)
    return _ROW.sub(lambda row: _CODE.sub(lambda code: code[0].replace(r"\|", "|"), row[0]), apart)


def _targets(text: str, path: str) -> Iterator[str]:
    """Paths in the repository that a text of it refers to, if they are there: MkDocs tells of the others."""
    targets = (_target(match, path) for match in _LINK.finditer(text))
    return (target for target in targets if (ROOT / target).exists())


def _target(match: re.Match[str], path: str) -> str:
    return normpath(PurePosixPath(path).parent / match["target"])


def _linked(text: str, path: str) -> str:
    """With its links as they must be on the site."""
    to = PurePosixPath(_place(path)).parent

    def moved(match: re.Match[str]) -> str:
        target = _target(match, path)
        return match["before"] + relpath(_place(target), to) if (ROOT / target).exists() else match[0]

    return _LINK.sub(moved, text)


def _is_outside(path: str) -> bool:
    return DOCS not in PurePosixPath(path).parents and path != HOME


def _place(path: str) -> str:
    """Where a path of the repository is on the site: code becomes text, which every browser shows."""
    if path == HOME:
        return "index.md"
    if not _is_outside(path):
        return str(PurePosixPath(path).relative_to(DOCS)).replace(".ipynb", ".md")
    if (ROOT / path).is_dir():
        return str(SOURCES / path / "index.md")
    return str(SOURCES / path) if path.endswith((".md", ".png")) else str(SOURCES / f"{path}.txt")


def _outside(path: str) -> str:
    """The text of a file; of a folder the list of its modules."""
    file = ROOT / path
    if not file.is_dir():
        return file.read_text(encoding="utf-8")
    modules = sorted(module.relative_to(file).as_posix() for module in file.rglob("*.py"))
    return f"# {path}\n\n" + "\n".join(f"- [{module}]({file.name}/{module})" for module in modules)


def _notebook(text: str) -> str:
    """Cells and outputs in turn."""
    return "\n\n".join(_cell(cell) for cell in json.loads(text)["cells"])


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    return "\n\n".join([_fenced(source, "python"), *map(_output, cell["outputs"])])


def _output(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    if "image/png" in data:
        return f'<img alt="{_ALT}" src="data:image/png;base64,{"".join(data["image/png"].split())}">'
    if "text/html" in data:
        return _FRAME_STYLE.sub("", "".join(data["text/html"]))
    return _fenced("".join(output.get("text") or data["text/plain"]), "text")


_FRAME_STYLE = re.compile(r"<style.*?</style>|\n\s*|(?<=<table)[^>]*|(?<=<tr) style=[^>]*", re.DOTALL)
"""What a DataFrame's HTML says of its looks: the site has its own."""
_ALT = "what the lines above draw"


def _fenced(text: str, language: str) -> str:
    return f"````{language}\n{text.rstrip()}\n````"

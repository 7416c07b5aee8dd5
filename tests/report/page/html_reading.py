"""What a browser would make of a page's text, read with the standard library's parser."""

import base64
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    open: bool = field(default=True, repr=False)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        for element in reversed(self.elements):
            if element.tag == tag and element.open:
                element.open = False
                return

    def handle_data(self, data):
        for element in self.elements:
            if element.open and element.tag not in ("meta", "input", "br", "wbr"):
                element.text += data


def read_html(text: str) -> list[Element]:
    """Every element in the order in which it opens, with all text below it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.elements


def island(elements: list[Element], name: str):
    """The data of one island."""
    (element,) = (one for one in elements if one.attributes.get("id") == name)
    if element.attributes["type"] == "application/json":
        return json.loads(element.text)
    return json.loads(gzip.decompress(base64.b64decode(element.text)))

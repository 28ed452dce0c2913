"""Reads a page as a browser would: its text, its forms' fields, and every address that it would load or lead to."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx

_LOADS = {"src", "srcset", "data", "poster", "background", "manifest", "xlink:href"}


class PageReader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.labels: set[str] = set()
        self.fields: dict[str, dict[str, str | None]] = {}
        self._words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        loads = [value for name, value in attrs if value and (name in _LOADS or (tag == "link" and name == "href"))]
        self.loads += loads
        assert not any(name.startswith("on") or name == "style" for name in given), "only files of ours style and run"
        assert tag not in {"style", "iframe", "object", "embed", "base"}
        if tag == "script":
            assert given.get("src"), "no script within the page"
        if tag in {"a", "form"}:
            self.links += [value for value in (given.get("href"), given.get("action")) if value]
        if tag == "label" and given.get("for"):
            self.labels.add(given["for"] or "")
        if tag in {"input", "select"} and given.get("type") != "hidden":
            self.fields[given.get("id") or ""] = given

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self._words))


def read_page(response: httpx.Response) -> PageReader:
    """The page, held to what every page promises: nothing from elsewhere, nothing inline, each field labelled."""
    page = PageReader(response.text)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert [load for load in page.loads if urlsplit(load).netloc or urlsplit(load).scheme] == []
    assert page.fields.keys() <= page.labels
    return page

"""Text that bites, a reader of pages that finds where it did, and a hand that fills in any form."""

from html.parser import HTMLParser

MARKUP = "=1+1\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}</textarea></title>"
BENT = "abc\u202egpj.exe\u202c \u200bzero\u200dwidth\ufeff \u0000"[:-1]
LONG = "x <b onclick=alert(1)>" * 500  # 10 kB and more
ZERO = "a\x00b"
TEXTS = {"markup": MARKUP, "bent": BENT, "long": LONG, "zero": ZERO}
_TYPED = ("text", "search", "email", "tel", "url")


class Page(HTMLParser):
    """What of a page a browser would run, and its forms."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.runs, self.forms, self._select, self._area = [], [], None, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        kind = (found.get("type") or "").lower()
        if tag == "script" and not found.get("src") and kind != "application/json":
            self.runs.append("a script")
        if tag == "b" or (tag == "img" and found.get("src") == "x"):
            self.runs.append(tag)
        self.runs += [name for name in found if name.startswith("on")]
        if any((value or "").strip().lower().startswith("javascript:") for value in found.values()):
            self.runs.append("an address")
        if tag == "form":
            self.forms.append({"method": (found.get("method") or "get").lower(), "action": found.get("action") or "",
                               "given": {}, "texts": []})  # fmt: skip
        elif self.forms and found.get("name"):
            self._field(tag, kind, found)
        if tag == "option" and self._select and self.forms:
            given = self.forms[-1]["given"]
            if "selected" in found or not given.get(self._select):
                given[self._select] = found.get("value") or ""

    def _field(self, tag, kind, found):
        form, name, value = self.forms[-1], found["name"], found.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "textarea" or (tag == "input" and kind in _TYPED):
            form["texts"].append(name)
        elif kind == "date":
            form["given"][name] = "2026-01-05"
        elif kind == "number":
            form["given"][name] = "1"
        elif kind == "radio":
            form["given"].setdefault(name, value)
        elif kind == "checkbox":
            form["given"].setdefault(name, []).append(value)
        elif kind == "hidden":
            form["given"][name] = value

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None


def filled(form, text):
    """What a browser would send of a form in whose every text field this stands."""
    return form["given"] | dict.fromkeys(form["texts"], text)


def runs(answer):
    """What a browser would run of an answer; nothing of one that is no page."""
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    return Page(answer.content.decode()).runs

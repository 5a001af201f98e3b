"""A visitor without a screen: asks pages over HTTP, logs in with both factors as anybody would, and looks."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from ostiary.errors import BadInput
from ostiary_web.demo.place import LogIn

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_NUMBERS = re.compile(r"\b\d{4}-\d{6}\b")
_LONGEST = 60  # seconds


@dataclass(frozen=True, slots=True)
class Page:
    """What was answered. ``address``: where it came from in the end."""

    status: int
    address: str
    text: str

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers of dockets on it."""
        return frozenset(_NUMBERS.findall(self.text))


@dataclass
class Visitor:
    """Somebody at a desk, with the cookies of one browser."""

    home: str
    _jar: CookieJar = field(default_factory=CookieJar)
    _browser: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        # No proxy: the desk is on this machine.
        self._browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(self._jar))

    def get(self, path: str) -> Page:
        """Ask for a page."""
        return self._ask(path, None)

    def post(self, path: str, **typed: str) -> Page:
        """Send a form of this page, with the token that it bears."""
        token = _TOKEN.search(self.get(path).text)
        if token is None:
            raise BadInput(f"there is no form at {path}")
        return self._ask(path, urlencode({"csrfmiddlewaretoken": token[1], **typed}).encode())

    def log_in(self, who: LogIn) -> Page:
        """Log in with password and second factor; the page that follows.

        :raises BadInput: if the desk does not let this person in.
        """
        asked = self.post("/account/login/?next=/desk/", login=who.mail, password=who.password)
        if "authenticate" not in asked.address:
            raise BadInput("the desk did not ask for the second factor")
        path = asked.address.removeprefix(self.home)
        found = self.post(path, code=who.code())
        if found.status != 200 or "authenticate" in found.address:
            raise BadInput("the desk did not take the second factor")
        return found

    def cookies(self) -> str:
        """What this browser holds, as it would send it."""
        return "; ".join(f"{one.name}={one.value}" for one in self._jar)

    def wait_until_well(self) -> Page:
        """Ask for the desk's health until it is well, or has had its time.

        :raises BadInput: if it does not even answer then.
        """
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            try:
                found = self.get("/health")
            except BadInput:  # it is about to listen
                found = None
            if found is not None and found.status == 200:
                return found
            time.sleep(0.3)
        return self.get("/health")

    def _ask(self, path: str, data: bytes | None) -> Page:
        try:
            with self._browser.open(self.home + path, data, timeout=_LONGEST) as answer:
                return Page(answer.status, answer.url, answer.read().decode())
        except HTTPError as fault:
            with fault:
                return Page(fault.code, fault.url or "", fault.read().decode())
        except (URLError, OSError) as fault:
            raise BadInput(f"the desk does not answer: {type(fault).__name__}") from None

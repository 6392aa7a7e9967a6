"""Who asks the portal for what: requests as citizens and clerks send them, drawn anew from the database each time."""

from __future__ import annotations

import http.client
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from bench.databases import cursor_of, url_of
from desk.demo import PASSWORD

CLERK = "clerk"
TOKEN = "benchmark" * 3 + "token"  # any 32 letters are a valid pair of CSRF cookie and field
CITIZEN = f"csrftoken={TOKEN}"
#: Whose status is asked for, in percent: people look while they wait.
STATES = {"state IN ('received', 'in_progress')": 50, "state = 'ready'": 25, "state = 'returned'": 25}
#: Names as a clerk types them, without the family name: of several people, since one alone is opened at once.
NAMES = """
SELECT substr(applicant_folded, strpos(applicant_folded, ' ') + 1) AS name
FROM dossiers_dossier WHERE ward_id = (SELECT ward_id FROM desk_staff WHERE username = %s)
GROUP BY name HAVING count(*) > 1 ORDER BY random() LIMIT 2000
"""
PROCEDURE = ("1.004873", "xac nhan tinh trang hon nhan")


class Request(NamedTuple):
    method: str
    path: str
    form: dict[str, str] = {}

    @property
    def body(self) -> str:
        return urlencode(self.form | {"csrfmiddlewaretoken": TOKEN}) if self.method == "POST" else ""


class Visitors:
    """All who use the portal on the database of one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.known = [row for where, share in STATES.items() for row in self.dossiers(where, 40 * share)]
        self.names = [name for (name,) in self.rows(NAMES, CLERK)]

    def rows(self, query: str, *values: Any) -> list[tuple]:
        with cursor_of(url_of(self.size)) as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def dossiers(self, where: str, count: int) -> list[tuple]:
        """Token, code and last digits of so many dossiers; the same ones come again where there are fewer."""
        found = self.rows(
            "SELECT token, code, right(phone, 4) FROM dossiers_dossier"
            f" WHERE phone <> '' AND {where} ORDER BY random() LIMIT %s",
            count,
        )
        return random.choices(found, k=count) if len(found) < count else found

    # what each page is asked

    def bare(self) -> Request:
        return Request("GET", f"/bare/{random.choice(self.known)[0]}/")

    def status(self) -> Request:
        return Request("GET", f"/hs/{random.choice(self.known)[0]}/")

    def look_up(self) -> Request:
        _, code, digits = random.choice(self.known)
        return Request("POST", "/tra-cuu/", {"code": code, "digits": digits})

    def counter(self) -> Request:
        return Request("GET", "/quay/")

    def search(self) -> Request:
        return Request("POST", "/quay/", {"q": random.choice(self.names)})

    def intake(self) -> Request:
        code, typed = PROCEDURE
        number = random.randrange(10**6)
        form = {
            "intake_key": str(uuid.uuid4()),
            "shown": code,
            "procedure": typed,
            "applicant_kind": "person",
            "applicant_name": "Nguyễn Thị Tuyết Nhung",
            "id_number": f"035399{number:06}",
            "birth": "14/08/1999",
            "sex": "Nữ",
            "address": "Tổ 4, phường Lê Hồng Phong, thành phố Phủ Lý, tỉnh Hà Nam",
            "phone": f"0912{number:06}",
            "same_matter_seen": "yes",
            "channel": "counter",
            "return_method": "counter",
            "set_count": "1",
            "paper-0-given": "yes",
            "paper-0-kind": "original",
            "paper-0-count": "1",
        }
        return Request("POST", "/quay/tiep-nhan/", form)

    # at the desk

    def log_in(self, url: str) -> str:
        """The cookies of a clerk of the busiest ward."""
        form = Request("POST", "/dang-nhap/", {"username": CLERK, "password": PASSWORD})
        status, session, _ = send(url, form, CITIZEN)
        if status != 302 or "sessionid=" not in session:
            raise RuntimeError(f"{CLERK} cannot log in: status {status}")
        return f"{CITIZEN}; {session.partition(';')[0]}"

    def last_dossier(self) -> int:
        return self.rows("SELECT max(id) FROM dossiers_dossier")[0][0]

    def forget_after(self, last: int) -> None:
        """Take back what an intake added, so that the next run finds the database as it was filled."""
        with cursor_of(url_of(self.size)) as cursor:
            for table in ("dossierdocument", "event", "appointment"):
                cursor.execute(f"DELETE FROM dossiers_{table} WHERE dossier_id > %s", [last])
            cursor.execute("DELETE FROM dossiers_dossier WHERE id > %s", [last])


class Page(NamedTuple):
    """A page under measurement; `answer` and `words` tell that it was really shown."""

    title: str
    ask: Callable[[Visitors], Request]
    is_staff: bool = False
    answer: int = 200
    words: str = ""

    def requests(self, visitors: Visitors, count: int) -> Iterator[Request]:
        return (self.ask(visitors) for _ in range(count))


BARE = Page("Bare view", Visitors.bare)
STATUS = Page("Status page by token", Visitors.status, words="Hồ sơ của ông/bà")
COUNTER = Page("Counter, busiest ward", Visitors.counter, is_staff=True, words="Quá hạn")
SEARCH = Page("Search by name at the counter (POST)", Visitors.search, is_staff=True)
PAGES = (
    BARE,
    STATUS,
    Page("Look-up by code and digits (POST)", Visitors.look_up, words="Hồ sơ của ông/bà"),
    COUNTER,
    SEARCH,
    Page("Intake (POST)", Visitors.intake, is_staff=True, answer=302),
)


def send(url: str, request: Request, cookies: str) -> tuple[int, str, str]:
    """Status, the last cookie set, and the page."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(request.method, request.path, request.body or None, headers)
    answer = connection.getresponse()
    return answer.status, (answer.headers.get_all("Set-Cookie") or [""])[-1], answer.read().decode()

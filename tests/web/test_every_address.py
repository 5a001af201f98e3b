"""Who may open what: every address of the desk, by who asks for it. An address that is not in the table fails."""

import re
from contextlib import ExitStack, contextmanager

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from ostiary.ledger import store
from ostiary_web import wiring
from ostiary_web.casework import queries
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, Role
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.staff import actions as staff
from tests.web.desk import PASSWORD
from tests.web.pages_desk import do, enrolled, form_of, number_of, to_this_day
from tests.web.walking import Walk, a_database, a_desk, official, subpoena

# --- who -------------------------------------------------------------------------------------------

ALL = "everybody, also who is not logged in"
ANY = "whoever is logged in, also before a second factor is set up"
OWN = "whoever is logged in with a second factor"
ADMIN = "an administrator"
DESK = "whoever works on dockets, and the auditor"
NEW = "intake"
SAME = "whoever compares persons"
NONE = "nobody: this is no page, or no act"

COMPARE = frozenset({Role.CUSTODIAN, Role.RECORDS_OFFICER})
ROLES = {
    ADMIN: frozenset({"administrator"}),
    DESK: frozenset((OFFICIALS - NEVER_ACT) | {Role.AUDITOR}),
    NEW: frozenset({Role.INTAKE}),
    SAME: COMPARE,
}

# --- the table: who may open it, and who may send something to it ---------------------------------------------
# That somebody may send an act does not say that it is done: each act asks for its own role, see
# docs/reference/permissions.md. Whoever has a part in a docket opens nothing of it, whatever their role.

ADMINISTRATION = {
    "": (OWN, NONE),
    "people/": (ADMIN, NONE),
    "people/add": (ADMIN, ADMIN),
    "people/<number>": (ADMIN, NONE),
    "people/<number>/change": (ADMIN, ADMIN),
    "people/<number>/link": (NONE, ADMIN),
    "people/<number>/end": (NONE, ADMIN),
    "people/<number>/roles/add": (ADMIN, ADMIN),
    "people/<number>/roles/<duty>/end": (NONE, ADMIN),
    "people/<number>/training/add": (ADMIN, ADMIN),
    "delegations/": (ADMIN, NONE),
    "delegations/add/<duty>": (ADMIN, ADMIN),
    "delegations/<delegation>/end": (NONE, ADMIN),
}
OF_THE_DESK = {
    "desk/": (DESK, NONE),
    "desk/export.csv": (DESK, NONE),
    "desk/workload/": (DESK, NONE),
    "desk/new/": (NEW, NEW),
    "desk/letters/": (DESK, NONE),
    "desk/letters/<code>/": (DESK, DESK),
    "desk/letters/<code>/preview": (NONE, DESK),
    "desk/letters/<code>/review/<number>": (NONE, DESK),
    "desk/mentions/": (DESK, NONE),
    "desk/alive": (NONE, OWN),
    "desk/keys/": (DESK, DESK),
    "desk/proposals/": (DESK, NONE),
}
OF_A_DOCKET = {
    "": (DESK, NONE),
    "papers/add/": (DESK, DESK),
    "notes/": (DESK, DESK),
    "notes/seen": (NONE, DESK),
    "assign/": (DESK, DESK),
    "act/<act>/": (DESK, DESK),
    "draft": (NONE, DESK),
    "proposal/<proposal>/": (DESK, DESK),
    "proposal/<proposal>/agree": (NONE, DESK),
    "proposal/<proposal>/take-back": (NONE, DESK),
    "what-if/": (DESK, DESK),
    "key/": (DESK, DESK),
    "facts/": (DESK, DESK),
    "facts/confirm": (NONE, DESK),
    "letter/": (DESK, NONE),
    "letter/<digest>/": (DESK, NONE),
    "letter/<digest>.pdf": (DESK, NONE),
    "paper/<digest>": (DESK, NONE),
    "paper/<digest>/shown": (DESK, NONE),
    "long-work/progress": (DESK, NONE),
    "long-work/picture/<place>.svg": (DESK, NONE),
    "long-work/<kind>/": (NONE, DESK),
    "person/": (DESK, DESK),
    "person/<person>/leave-out": (NONE, DESK),
    "person/<person>/compare/": (SAME, SAME),
    "take-over": (NONE, DESK),
    "package/texts/": (DESK, DESK),
    "package/pack/": (DESK, DESK),
    "package/check/": (DESK, DESK),
    "package/agree/<role>/": (NONE, DESK),
    "package/seal/": (NONE, DESK),
    "package/leave/": (DESK, DESK),
    "package/code/": (DESK, DESK),
    "package/file": (NONE, DESK),
    "package/print": (NONE, DESK),
    "package/certificate/": (DESK, DESK),
    "package/recall/": (DESK, DESK),
    "wrong/": (DESK, DESK),
    "wrong/tell/": (DESK, DESK),
    "wrong/<correction>/notice": (NONE, DESK),
    "wrong/<correction>/read/": (DESK, DESK),
    "mail/<mail>/again": (NONE, DESK),
    "act/seek_wrong/": (DESK, DESK),
    "act/correct/": (DESK, DESK),
    "act/search_roll/": (DESK, DESK),
    "act/package/": (DESK, DESK),
    "act/check/": (DESK, DESK),
    "act/fail_check/": (DESK, DESK),
    "act/agree_to_seal/": (DESK, DESK),
    "act/seal/": (DESK, DESK),
    "act/release/": (DESK, DESK),
    "act/dispose/": (DESK, DESK),
    "act/recall/": (DESK, DESK),
}
# What the counter shows of a request it shows to whoever has the receipt's secret.
COUNTER = {
    "request/": (ALL, ALL),
    "request/saved/": (ALL, ALL),
    "request/follow/": (ALL, ALL),
    "request/pick-up/": (ALL, ALL),
    "request/follow/letter/": (NONE, ALL),
    "request/follow/correction/": (NONE, ALL),
    "request/follow/correction/read/": (NONE, ALL),
    "api/v1/vocabulary": (ALL, NONE),
    "api/v1/check": (NONE, ALL),
    "api/v1/requests": (NONE, ALL),
    "api/v1/requests/with-paper": (NONE, ALL),
    "api/v1/requests/<number>": (ALL, NONE),
    "api/v1/requests/<number>/letters/<digest>": (ALL, NONE),
    "api/v1/requests/<number>/complete": (NONE, ALL),
    "api/v1/requests/<number>/answer": (NONE, ALL),
    "api/v1/requests/<number>/appeal": (NONE, ALL),
    "api/v1/requests/<number>/withdraw": (NONE, ALL),
    "api/v1/openapi.json": (ALL, ALL),
    "api/v1/<rest>": (ALL, ALL),
    "api/v1/": (ALL, ALL),
    "health": (ALL, ALL),
}
ACCOUNT = {
    "account/login/": (ALL, ALL),
    "account/logout/": (ALL, ALL),
    "account/inactive/": (ALL, NONE),
    "account/signup/": (ALL, ALL),  # it says that nobody signs up
    "account/password/reset/": (ALL, ALL),
    "account/password/reset/done/": (ALL, NONE),
    "account/password/reset/key/<uidb36>-<key>/": (ALL, ALL),
    "account/password/reset/key/done/": (ALL, NONE),
    "account/login/code/confirm/": (ALL, ALL),
    "account/second-factor/authenticate/": (ALL, ALL),
    "account/provider/oidc/<provider_id>/login/": (ALL, ALL),
    "account/provider/oidc/<provider_id>/login/callback/": (ALL, ALL),
    "account/provider/login/cancelled/": (ALL, NONE),
    "account/provider/login/error/": (OWN, NONE),
    "account/provider/signup/": (ALL, ALL),
    "account/provider/": (OWN, OWN),
    "account/reauthenticate/": (ANY, ANY),
    "account/password/change/": (OWN, OWN),
    "account/password/set/": (OWN, OWN),
    "account/second-factor/": (ANY, NONE),
    "account/second-factor/reauthenticate/": (ANY, ANY),
    "account/second-factor/totp/activate/": (ANY, ANY),
    "account/second-factor/totp/deactivate/": (OWN, OWN),
    "account/second-factor/recovery-codes/": (OWN, NONE),
    "account/second-factor/recovery-codes/generate/": (OWN, OWN),
    "account/second-factor/recovery-codes/download/": (OWN, OWN),
    "account/second-factor/webauthn/": (OWN, NONE),
    "account/second-factor/webauthn/add/": (ANY, ANY),
    "account/second-factor/webauthn/reauthenticate/": (OWN, OWN),
    "account/second-factor/webauthn/keys/<pk>/remove/": (OWN, OWN),
    "account/second-factor/webauthn/keys/<pk>/edit/": (OWN, OWN),
    "account/sessions/": (OWN, OWN),
}
DOCKET = "desk/<number>/"
TABLE = ADMINISTRATION | OF_THE_DESK | {DOCKET + end: who for end, who in OF_A_DOCKET.items()} | COUNTER | ACCOUNT
LIMITED = {path for path, who in TABLE.items() if {NEW, SAME} & set(who)}
NOT_LOGGED_IN = ("nobody", "whose account is closed")
NO_FACTOR = "without a second factor"
PARTY = "who has a part in it"

# --- the desk ----------------------------------------------------------------------------------------


def addresses(patterns=None, before=""):
    """Every address that the desk answers, with what varies as ``<name>``."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        text = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, text)
        else:
            text = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", text)  # as a regular expression
            yield re.sub(r"<\w+:", "<", text).replace("^", "").replace("$", "")


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk with somebody for every role, and one docket with a letter."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        desk = to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("addresses"), url)))
        desk.walk = Walk(desk, subpoena())
        do(desk.walk, "intake", "acknowledge")
        more = {"auditor": Role.AUDITOR, "publisher": Role.PUBLISHER, PARTY: Role.VERIFIER}
        for name, role in more.items():
            code = re.sub(r"\W", "_", name)
            desk.who[name] = official(desk, code, role)
            staff.attest(policy=wiring.bundle().digest, by=desk.who[name], at=desk.now)
        staff.declare(sort="docket", about=desk.walk.id, household=True, by=desk.who[PARTY], at=desk.now)
        desk.who["administrator"] = desk.boss
        add = {"unit": "office", "by": desk.boss, "at": desk.now}
        for name in ("who holds no role", NO_FACTOR, NOT_LOGGED_IN[1]):
            mail = re.sub(r"\W", "_", name) + "@agency.example"
            desk.who[name] = staff.add_person(mail=mail, name=name, administrator=False, **add)
        desk.who[NO_FACTOR].set_password(PASSWORD)
        desk.who[NO_FACTOR].save()
        staff.end_person(number=desk.who[NOT_LOGGED_IN[1]].pk, by=desk.boss, at=desk.now)
        yield desk


def a_client(desk, name, **more):
    """A browser of this person, as far as they come."""
    if name == "nobody":
        return Client(**more)
    if name == NO_FACTOR:
        client = Client(**more)
        client.force_login(desk.who[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client
    client = enrolled(desk.who[name])
    client.handler.enforce_csrf_checks = more.get("enforce_csrf_checks", False)
    return client


@contextmanager
def taken_back():
    """Whatever is asked for leaves no trace for whoever asks next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def path_of(desk, address, **other):
    """A real one of these addresses."""
    kept = queries.paper_rows(desk.walk.id)[-1].digest.removeprefix("sha256:")
    found = {"digest": kept, "code": "denial", "act": "return_request", "kind": "screen", "role": "key_holder"}
    number = str(desk.who["intake"].pk) if address.startswith("people/") else number_of(desk.walk)
    found |= {"number": "1" if "review" in address else number} | other
    return "/" + re.sub(r"<(\w+)>", lambda name: found.get(name[1], "1"), address)


def ask(desk, client, address, method):
    """What came of it, in one word of the table's; nothing of it is kept."""
    path = path_of(desk, address)
    client.raise_request_exception = False
    with taken_back():
        answer = getattr(client, method)(path)
    assert answer.status_code < 500 or address == "health", f"{method} {path}: {answer.status_code}"
    where = answer.headers.get("Location", "")
    if where.startswith("/account/login/?"):
        return "log in first"
    if where.startswith("/account/second-factor/totp/activate/") and "totp/activate" not in address:
        return "set up a second factor first"
    if address.startswith("api/") and answer.status_code == 401:
        return "open"  # to whoever has the secret
    return {403: "shut", 405: "none"}.get(answer.status_code, "open")


def expected(who, name, address):
    """What the table says."""
    if name == NO_FACTOR and who == ALL:
        return "open" if address in ("account/login/", "account/logout/", "health") else "set up a second factor first"
    if who == ALL:
        return "open"
    if name in NOT_LOGGED_IN:
        return "log in first"
    if name == NO_FACTOR:
        return "open" if who == ANY else "set up a second factor first"
    if who == NONE:
        return "none"
    if name == PARTY:
        kept_out = address.startswith(DOCKET) or who in (ADMIN, NEW, SAME)
        return "shut" if kept_out and address not in ELSEWHERE else "open"
    return "open" if who not in ROLES or name in ROLES[who] else "shut"


# These name no more than the docket's number and lead elsewhere, where it is asked again; or there is no such thing.
ELSEWHERE = {DOCKET + f"act/{act}/" for act in (
    "search_roll", "package", "check", "fail_check", "agree_to_seal", "seal", "release", "dispose", "recall",
    "seek_wrong", "correct",
)} | {DOCKET + f"proposal/<proposal>/{end}" for end in ("", "agree", "take-back")}  # fmt: skip
ELSEWHERE |= {DOCKET + "draft"}  # an unknown form is refused before the docket is looked for


def wrong(desk, name, table):
    """Every cell of this person that is not as the table says."""
    client, found = a_client(desk, name), {}
    for address, cells in table.items():
        for method, who in zip(("get", "post"), cells, strict=True):
            want = expected(who, name, address)
            got = ask(desk, client, address, method)
            if name == "nobody" and who == NONE and got in ("none", "log in first"):
                continue  # which of both is said tells nothing
            if who == NONE and got == "none":
                continue
            if want != got:
                found[method, address] = (want, got)
            if got == "open" and address in ("account/logout/",):
                client = a_client(desk, name)
    return found


def test_every_address_stands_in_the_table():
    assert sorted(TABLE) == sorted(set(addresses()))


LIGHT = ["nobody", NOT_LOGGED_IN[1], NO_FACTOR, "administrator", "who holds no role", "publisher"]
MORE = [pytest.param(one, marks=pytest.mark.long) for one in ("policy_author", "policy_approver")]
WORK = OF_THE_DESK | {DOCKET + end: who for end, who in OF_A_DOCKET.items()}
WORKERS = sorted(role.value for role in OFFICIALS - NEVER_ACT)


@pytest.mark.parametrize("name", [*LIGHT, *MORE])
def test_who_may_open_what(desk, name):
    shown = TABLE if name == "nobody" else {path: who for path, who in TABLE.items() if path not in COUNTER}

    assert wrong(desk, name, shown) == {}


@pytest.mark.parametrize("name", ["auditor", PARTY, pytest.param("intake", marks=pytest.mark.long)])
def test_who_works_on_dockets_opens_what_the_table_says(desk, name):
    assert wrong(desk, name, WORK) == {}


@pytest.mark.parametrize("name", WORKERS)
def test_what_is_for_one_role_is_shut_to_the_others(desk, name):
    assert wrong(desk, name, {path: TABLE[path] for path in LIMITED}) == {}


@pytest.mark.long
@pytest.mark.parametrize("name", WORKERS)
def test_every_role_opens_what_the_table_says(desk, name):
    assert wrong(desk, name, TABLE) == {}


def rows():
    """How many rows there are, of all that an official could change; reads, drafts and sessions are anybody's own."""
    own = {"read", "draft", "habit", "access"}
    ours = [one for label in ("casework", "registry", "staff") for one in apps.get_app_config(label).get_models()]
    found = {one._meta.model_name: one._default_manager.count() for one in ours if one._meta.model_name not in own}
    return found | {"log": store.read_head(raw_connection()).size}


def test_the_auditor_changes_nothing(desk):
    """Each form sent as its page gives it, and each button pressed."""
    client, before, sent = enrolled(desk.who["auditor"]), rows(), 0
    for address, (look, send) in TABLE.items():
        if DESK not in (look, send) or send == NONE:
            continue
        path = path_of(desk, address)
        with taken_back():
            shown = client.get(path) if look != NONE and re.search("act/<act>|facts|assign|notes", address) else None
            fields = form_of(shown) if shown is not None and b'type="hidden" name="expect"' in shown.content else {}
            client.post(path, fields)
            assert rows() == before, path
            sent += 1
    assert sent > 30


def test_nothing_is_taken_from_another_site(desk):
    """Each address that takes something, but those for programs, which know nobody by a cookie."""
    takes = [path for path, (_, send) in TABLE.items() if send != NONE and not path.startswith(("api/", "health"))]
    by = {name: a_client(desk, name, enforce_csrf_checks=True) for name in ("administrator", "intake")}
    said = {}
    for address in takes:
        client = by["administrator" if address.startswith(("people", "delegations")) else "intake"]
        with taken_back():
            answer = client.post(path_of(desk, address), {"key": "k" * 20})
        said[address] = answer.status_code

    assert len(said) > 60
    assert {path: status for path, status in said.items() if status != 403} == {}


ABSURD = {"nul": "%00"}
MORE_ABSURD = {
    "huge": "9" * 30,
    "minus": "-1", "long": "x" * 3000, "bytes": "%FF%FE", "dots": "..%2F..%2Fetc", "arabic": "%D9%A3",
    "emoji": "%F0%9F%98%80", "sql": "' OR 1=1 --",
}  # fmt: skip


@pytest.mark.parametrize(
    "absurd",
    [*(pytest.param(text, id=name) for name, text in ABSURD.items()),
     *(pytest.param(text, id=name, marks=pytest.mark.long) for name, text in MORE_ABSURD.items())],
)  # fmt: skip
def test_an_absurd_address_is_no_fault(desk, absurd):
    by = {name: a_client(desk, name) for name in ("administrator", "intake")}
    by["program"] = Client(headers={"Authorization": "Bearer a\x7fsecret"})
    found = {}
    for address in TABLE:
        name = "administrator" if address.startswith(("people", "delegations")) else "intake"
        client = by["program" if address.startswith("api/") else name]
        client.raise_request_exception = False
        for one in set(re.findall(r"<(\w+)>", address)):
            path = path_of(desk, address, **{one: absurd})
            for method in ("get", "post"):
                with taken_back():
                    found[method, address, one] = getattr(client, method)(path).status_code

    assert len(found) > 100
    assert {what: status for what, status in found.items() if status >= 500} == {}


QUERIES = ("?look={0}", "?happened={0}&paper={0}", "act/return_request/?role={0}&missing={0}", "letter/?x={0}")


@pytest.mark.parametrize("absurd", ["%00", "9" * 30, "-1", "%FF", "x" * 3000])
def test_an_absurd_question_is_no_fault(desk, absurd):
    client = enrolled(desk.who["intake"])
    client.raise_request_exception = False
    names = ("show", "find", "q", "state", "kind", "requester", "number", "sort", "page", "by", "order", "x")
    asked = "?" + "&".join(f"{name}={absurd}" for name in names)
    paths = [f"/desk/{asked}", f"/desk/export.csv{asked}", f"/account/login/?next={absurd}"]
    paths += [f"/desk/{number_of(desk.walk)}/{one.format(absurd)}" for one in QUERIES]
    said = {}
    for path in paths:
        with taken_back():
            said[path[:40]] = client.get(path).status_code

    assert {path: status for path, status in said.items() if status not in (200, 302, 400, 404)} == {}

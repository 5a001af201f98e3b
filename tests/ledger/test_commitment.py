"""What an entry commits to: the opening verifies, nothing else does, and what is erased is noise."""

import datetime as dt
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.ledger.commitment import (
    LEAST_PLACES,
    PARTS,
    Person,
    Secret,
    commit,
    new_secret,
    open_part,
    open_person,
    read_opening,
    seal,
)
from ostiary.ledger.commitment_store import CommitmentStore
from ostiary.ledger.entry import canonical_json
from ostiary.ledger.faults import LedgerInput
from tests.ledger.steps import OTHER, an_entry

NOW = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LATER = {"status": "delayed", "until": "2026-09-01"}
PEOPLE = [{"id": f"IL-{n:08}", "fields": ["address"]} for n in range(37)]


def sealed_entry(people=PEOPLE, **parts):
    sealed = seal(parts or {"later": LATER}, people)
    return sealed, an_entry("notice.done", 7, committed=sealed.committed, whole=False)


def test_the_commitment_is_plain_hmac_that_anybody_can_recompute():
    key, data = bytes(range(32)), b'{"a":1}'

    assert commit(key, data) == hmac.new(key, b"ostiary.commitment/1\n" + data, hashlib.sha256).digest()


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_only_keys_of_32_bytes(length):
    with pytest.raises(LedgerInput, match="32 bytes"):
        commit(bytes(length), b"x")


@pytest.mark.parametrize("data", [{"a": 1.5}, {"a": {1, 2}}, {1: 2}, [b"x"]])
def test_what_could_not_be_opened_again_is_not_committed_to(data):
    with pytest.raises(LedgerInput):
        new_secret(data)


def test_the_same_data_never_gives_the_same_value_twice():
    values = {new_secret(PEOPLE[0]).value() for _ in range(50)} | {seal({"later": LATER}).committed for _ in range(50)}

    assert len(values) == 100


@given(later=plain, private=plain, papers=plain)
def test_each_part_opens_alone(later, private, papers):
    given_parts = {"later": later, "private": private, "papers": papers}
    sealed, entry = sealed_entry([], **given_parts)

    for name, data in given_parts.items():
        opening = open_part(sealed, entry, name)
        assert opening.check(entry) == data
        assert read_opening(opening.encode()) == opening
        others = [sealed.parts[other].key for other in given_parts if other != name]
        assert not any(key.hex().encode() in opening.encode() for key in others)


def test_each_person_opens_alone():
    sealed, entry = sealed_entry()

    for number, person in enumerate(PEOPLE):
        opening = read_opening(open_person(sealed, entry, number).encode())
        assert opening.check(entry) == person
        assert len(opening.encode()) < 1500
        others = [one["id"].encode() for one in PEOPLE if one is not person]
        assert not any(other in opening.encode() for other in others)


@given(number=st.integers(0, len(PEOPLE) - 1), where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_change_of_an_opening_opens(number, where, bit):
    sealed, entry = sealed_entry()
    opening = open_person(sealed, entry, number)
    raw = bytearray(opening.encode())
    raw[where % len(raw)] ^= 1 << bit

    with pytest.raises(LedgerInput):
        read_opening(bytes(raw)).check(entry)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, secret=Secret(one.secret.key, canonical_json({"id": "IL-99999999"}))),
        lambda one: replace(one, secret=Secret(bytes(32), one.secret.data)),
        lambda one: replace(one, secret=Secret(one.secret.key[:31], one.secret.data)),
        lambda one: replace(one, part="private"),
        lambda one: replace(one, part="later", person=None),
        lambda one: replace(one, person=None),
        lambda one: replace(one, path=one.path[:1]),
        lambda one: replace(one, path=()),
        lambda one: replace(one, path=(b"", *one.path[1:])),
        lambda one: replace(one, docket=OTHER),
        lambda one: replace(one, step=8),
        lambda one: replace(one, person=replace(one.person, place=one.person.place ^ 1)),
        lambda one: replace(one, person=replace(one.person, place=-1)),
        lambda one: replace(one, person=replace(one.person, size=one.person.size * 2)),
        lambda one: replace(one, person=replace(one.person, path=one.person.path[:-1])),
        lambda one: replace(one, person=Person(0, 1, hashlib.sha256(b"\0" + one.secret.value()).digest(), ())),
    ],
)
def test_no_other_opening_opens(change):
    sealed, entry = sealed_entry()

    with pytest.raises(LedgerInput):
        change(open_person(sealed, entry, 3)).check(entry)


def test_an_opening_does_not_open_another_entry():
    sealed, entry = sealed_entry()
    other = replace(entry, committed=seal({"later": LATER}, PEOPLE).committed)

    with pytest.raises(LedgerInput, match="changed"):
        open_part(sealed, entry, "later").check(other)


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"null", b"7", b"{", b'{"v":"ostiary.opening/1"}', b"\xff", b"[" * 5000])
def test_what_is_no_opening_is_refused(raw):
    with pytest.raises(LedgerInput):
        read_opening(raw)


def test_only_parts_that_are_there():
    sealed, entry = sealed_entry()

    with pytest.raises(LedgerInput, match="no committed part `secret`"):
        seal({"secret": 1})
    with pytest.raises(LedgerInput, match="people are given apart"):
        seal({"people": []})
    with pytest.raises(LedgerInput, match="no part `people` to open"):
        open_part(sealed, entry, "people")


@pytest.mark.parametrize(
    ("people", "places"), [(0, 16), (1, 16), (16, 16), (17, 32), (32, 32), (33, 64), (256, 256), (257, 512)]
)
def test_filling_up_hides_how_many(people, places):
    sealed = seal({}, [{"n": n} for n in range(people)])

    assert sealed.people_tree.size == places >= LEAST_PLACES
    assert len(sealed.places) == len(set(sealed.places)) == people


def test_an_entry_looks_the_same_whatever_it_commits_to():
    nothing, everything = seal({}), seal({name: LATER for name in PARTS if name != "people"}, PEOPLE)

    lengths = {
        len(an_entry("notice.done", committed=one.committed, whole=False).encode()) for one in (nothing, everything)
    }
    assert lengths == {512}


def test_a_place_tells_nothing_of_the_order():
    firsts = {seal({}, PEOPLE).places[0] for _ in range(60)}

    assert len(firsts) > 10


@pytest.fixture
def database(place):
    """SQLite and PostgreSQL in turn."""
    return place.open()


@pytest.fixture
def store(database):
    made = CommitmentStore(database)
    made.create()
    return made


def put(store, people=PEOPLE):
    sealed, entry = sealed_entry(people)
    store.put(entry, sealed, [person["id"] for person in people])
    return sealed, entry


def for_whom(**more):
    return {"who": "the person", "why": "asked for it", "at": NOW} | more


@pytest.mark.parametrize("count", [1, 37, 300, 600])
def test_what_was_put_can_be_opened(store, count):
    people = [{"id": f"IL-{n:08}"} for n in range(count)]
    sealed, entry = put(store, people)

    for number in {0, count // 2, count - 1}:
        opening = store.open(entry.docket, 7, "people", reference=people[number]["id"], **for_whom())
        assert opening == open_person(sealed, entry, number)
        assert opening.check(entry) == people[number]
    assert store.open(entry.docket, 7, "later", **for_whom()).check(entry) == LATER


def test_each_opening_is_recorded_with_who_why_and_when(store):
    _, entry = put(store)

    store.open(entry.docket, 7, "private", who="circuit court", why="order of 2026-03-01", at=NOW)

    assert store.openings(entry.docket) == [(7, "private", -1, "circuit court", "order of 2026-03-01", NOW.isoformat())]


@pytest.mark.parametrize("blank", ["who", "why"])
def test_nothing_opens_without_who_and_why(store, blank):
    _, entry = put(store)

    with pytest.raises(LedgerInput, match="needs `who` and `why`"):
        store.open(entry.docket, 7, "later", **for_whom(**{blank: " "}))


def test_what_is_erased_is_noise_and_all_else_still_opens(store, database, run):
    _, entry = put(store)

    assert store.erase_person(PEOPLE[5]["id"], at=NOW) == 1

    with pytest.raises(LedgerInput, match="nothing to open"):
        store.open(entry.docket, 7, "people", reference=PEOPLE[5]["id"], **for_whom())
    opening = store.open(entry.docket, 7, "people", reference=PEOPLE[6]["id"], **for_whom())
    assert opening.check(entry) == PEOPLE[6]
    tables = [run(database, f"SELECT * FROM commitment_{name}") for name in ("secrets", "trees", "openings")]
    kept = [value for rows in tables for row in rows for value in row]
    assert not any(
        PEOPLE[5]["id"].encode() in (value if isinstance(value, bytes) else str(value).encode()) for value in kept
    )
    assert store.erase_person(PEOPLE[5]["id"], at=NOW) == 0


def test_a_whole_part_is_erased_at_once(store):
    _, entry = put(store)

    assert store.erase_part(entry.docket, 7, "people", at=NOW) == len(PEOPLE)
    assert store.erase_part(entry.docket, 7, "later", at=NOW) == 1

    with pytest.raises(LedgerInput, match="erased; what is left is noise"):
        store.open(entry.docket, 7, "later", **for_whom())


def test_an_erasure_that_is_rolled_back_did_not_happen(store, database):
    _, entry = put(store)
    database.commit()

    store.erase_part(entry.docket, 7, "later", at=NOW)
    database.rollback()

    assert store.open(entry.docket, 7, "later", **for_whom()).check(entry) == LATER


def test_the_store_takes_only_what_the_entry_commits_to(store):
    sealed, entry = sealed_entry()

    with pytest.raises(LedgerInput, match="something else"):
        store.put(replace(entry, committed=bytes(32)), sealed, ["x"] * len(PEOPLE))
    with pytest.raises(LedgerInput, match="37 people were sealed, and 1 references"):
        store.put(entry, sealed, ["x"])


@pytest.mark.parametrize(
    ("part", "reference"), [("people", ""), ("later", "IL-00000001"), ("none", ""), ("people", "IL-99999999")]
)
def test_what_is_not_there_cannot_be_opened(store, part, reference):
    _, entry = put(store)

    with pytest.raises(LedgerInput):
        store.open(entry.docket, 7, part, reference=reference, **for_whom())


def test_the_openings_json_says_all_that_a_stranger_needs():
    sealed, entry = sealed_entry()

    assert set(json.loads(open_part(sealed, entry, "later").encode())) == {
        *("v", "docket", "step", "part", "key", "data", "path", "person")
    }

"""One entry: one form, few lengths, no free text, nobody's data."""

import datetime as dt
import json
import re
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import ostiary_verify as verify
from ostiary.ledger import kinds as kinds_module
from ostiary.ledger.commitment import seal
from ostiary.ledger.entry import LARGEST, SIZES, Words, build_entry, is_pseudonym, new_docket, read_entry
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.kinds import catalogue
from tests.ledger.steps import DAY, DOCKET, WORDS, a_public, a_value, an_entry

KINDS = catalogue()
SCHEMA = Draft202012Validator(json.loads((kinds_module._HERE / "entry.schema.json").read_text()))
names = st.sampled_from(sorted(KINDS.kinds))


def repacked(raw, pad=True, **change):
    """An entry's bytes with some members changed, padded again unless told not to."""
    data = json.loads(raw) | change
    if pad:
        data["pad"] = ""
        length = len(rfc8785.dumps(data))
        data["pad"] = "=" * (next(size for size in SIZES if size >= length) - length)
    return rfc8785.dumps(data)


@pytest.mark.parametrize("kind", sorted(KINDS.kinds))
@pytest.mark.parametrize("whole", [True, False])
def test_each_kind_can_be_written_and_read(kind, whole):
    entry = an_entry(kind, 4, whole=whole, committed=b"c" * 32)
    raw = entry.encode()

    assert len(raw) in SIZES
    assert read_entry(raw, KINDS, WORDS) == read_entry(raw, KINDS) == entry
    assert rfc8785.dumps(json.loads(raw)) == raw
    assert [error.message for error in SCHEMA.iter_errors(json.loads(raw))] == []
    theirs = verify.parse_entry(0, raw)
    assert (theirs.kind, theirs.docket, theirs.day, theirs.step) == (kind, DOCKET, DAY.isoformat(), 4)


def test_most_entries_have_one_length():
    lengths = [len(an_entry(kind, whole=False).encode()) for kind in KINDS.kinds]

    assert lengths.count(512) > 0.9 * len(lengths)
    assert max(lengths) <= 1024


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"v": "ostiary.entry/2"}, "version"),
        ({"kind": "request.recieved"}, "did you mean `request.received`"),
        ({"extra": 1}, "and no other"),
        ({"docket": "A" * 26}, "pseudonym"),
        ({"docket": "b" * 26}, "pseudonym"),  # the two spare bits are not empty
        ({"docket": "a" * 25}, "pseudonym"),
        ({"step": 0}, "whole number"),
        ({"step": True}, "whole number"),
        ({"step": "1"}, "whole number"),
        ({"day": "2026-3-10"}, "date"),
        ({"day": "2026-02-30"}, "date"),
        ({"day": "20260310"}, "date"),
        ({"committed": "AAAA"}, "32 bytes"),
        ({"committed": "!" * 44}, "base64"),
        ({"public": []}, "must be an object"),
    ],
)
def test_a_faulty_envelope_is_refused(change, message):
    with pytest.raises(LedgerInput, match=message):
        read_entry(repacked(an_entry().encode(), **change), KINDS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"emergancy": True}, "no public field `emergancy`; did you mean `emergency`"),
        ({"emergency": 1}, "true or false"),
        ({"entered_late_days": -1}, "exact"),
        ({"entered_late_days": True}, "exact"),
        ({"entered_late_days": 2**31}, "exact"),
        ({"received_mode": "pigeon"}, "not in the list `received_modes`"),
        ({"received_mode": ["post"]}, "must be a code"),
        ({"requester_kind": "123456789"}, "must be a code"),
        ({"requester_kind": "x123456789"}, "must be a code"),
        ({"requester_kind": "juan perez"}, "must be a code"),
        ({"follows": "x"}, "128 bits"),
    ],
)
def test_a_faulty_field_is_refused_and_not_repeated(change, message):
    raw = an_entry().encode()
    public = json.loads(raw)["public"] | change

    with pytest.raises(LedgerInput, match=re.escape(message)) as found:
        read_entry(repacked(raw, public=public), KINDS)
    assert "juan" not in str(found.value)
    assert "123456789" not in str(found.value)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("request.docketed", {"persons_named": 12}),
        ("request.docketed", {"persons_named": "12"}),
        ("request.docketed", {"programs": ["programs_b", "programs_a"]}),
        ("request.docketed", {"programs": ["programs_a", "programs_a"]}),
        ("request.docketed", {"programs": "programs_a"}),
        ("request.preserved", {"until": "next year"}),
        ("release.packaged", {"manifest": "sha256:00"}),
        ("report.published", {"period": "2026-13"}),
    ],
)
def test_each_type_has_one_form(kind, change):
    raw = an_entry(kind).encode()

    with pytest.raises(LedgerInput):
        read_entry(repacked(raw, public=json.loads(raw)["public"] | change), KINDS)


def test_a_field_left_out_is_refused_unless_it_may_be():
    raw = an_entry().encode()
    public = json.loads(raw)["public"]
    del public["emergency"]

    with pytest.raises(LedgerInput, match="field `emergency` is missing"):
        read_entry(repacked(raw, public=public), KINDS)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b" " * 512,
        lambda raw: b" " + raw[:-1],
        lambda raw: raw.replace(b'"step":1', b'"step":1.0').replace(b"==", b"", 1),
        lambda raw: raw.replace(b'"step":1', b'"step":1e0').replace(b"==", b"", 1),
        lambda raw: raw.replace(b'"step":1', b'"step":NaN').replace(b"==", b"", 1),
        lambda raw: raw.replace(b'"step":1', b'"step":1,"step":1').replace(b"=" * 9, b"", 1),
        lambda raw: raw.replace(b"==", b"=.", 1),
        lambda raw: raw.replace(b'"v"', b'"\\u0076"').replace(b"=" * 5, b"", 1),
        lambda raw: b"[" * 512,
        lambda raw: b"1" * 512,
        lambda raw: b"\xff" * 512,
        lambda raw: b"[]" + b" " * 510,
        lambda raw: repacked(raw, pad=False, pad_="") + b"",
    ],
)
def test_only_the_one_form_is_read(spoil):
    with pytest.raises(LedgerInput):
        read_entry(spoil(an_entry().encode()), KINDS)


def test_a_pad_of_another_size_is_refused():
    raw = an_entry().encode()
    data = json.loads(raw)
    larger = rfc8785.dumps(data | {"pad": data["pad"] + "=" * 512})

    assert len(larger) == 1024
    with pytest.raises(LedgerInput, match="canonical"):
        read_entry(larger, KINDS)


def test_an_entry_that_cannot_be_stored_is_refused():
    many = Words(WORDS.lists | {"rules": frozenset(f"rule_{'x' * 60}_{chr(97 + n % 26)}{n}" for n in range(1000))})
    public = a_public("verdict.given", rules=list(many.lists["rules"]), overlays=[])

    with pytest.raises(LedgerInput, match=f"larger than {LARGEST}"):
        build_entry(
            KINDS, many, kind="verdict.given", docket=DOCKET, step=1, day=DAY, public=public, committed=bytes(32)
        )


def test_a_private_person_who_asks_is_never_named():
    with pytest.raises(LedgerInput, match="this kind of requester is never named"):
        an_entry(requester_kind="requesters_b")

    alone = an_entry(whole=False, requester_kind="requesters_b")
    assert "requester_body" not in alone.public


def test_the_reader_with_words_refuses_a_name_too():
    raw = an_entry().encode()
    nobody = Words(WORDS.lists, frozenset())

    with pytest.raises(LedgerInput, match="never named"):
        read_entry(raw, KINDS, nobody)


def test_codes_that_the_rules_do_not_know_are_refused():
    with pytest.raises(LedgerInput, match="not in the list `programs`"):
        an_entry("request.docketed", programs=["programs_c"])
    with pytest.raises(LedgerInput, match="not in the list `element_groups`"):
        read_entry(an_entry("request.docketed").encode(), KINDS, Words({}))


def test_a_pseudonym_is_random_and_has_one_form():
    made = {new_docket() for _ in range(100)}

    assert len(made) == 100
    assert all(map(is_pseudonym, made))
    assert not is_pseudonym(None)


@given(kind=names, where=st.integers(0, 511), bit=st.integers(0, 7))
def test_a_flipped_bit_never_gives_the_same_entry(kind, where, bit):
    entry = an_entry(kind, whole=False)
    raw = bytearray(entry.encode())
    raw[where] ^= 1 << bit

    try:
        found = read_entry(bytes(raw), KINDS, WORDS)
    except LedgerInput:
        return
    assert found != entry
    assert found.encode() == raw


@given(
    kind=names,
    step=st.integers(1, 10**6),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2099, 12, 31)),
    committed=st.binary(min_size=32, max_size=32),
    whole=st.booleans(),
)
def test_what_is_written_is_what_is_read(kind, step, day, committed, whole):
    entry = an_entry(kind, step, day=day, committed=committed, whole=whole)

    assert read_entry(entry.encode(), KINDS, WORDS) == entry
    assert SCHEMA.is_valid(json.loads(entry.encode()))


@pytest.mark.parametrize("key", ["v", "kind", "docket", "step", "day", "public", "committed", "pad"])
def test_the_schema_wants_each_key_and_no_other(key):
    data = json.loads(an_entry().encode())

    assert not SCHEMA.is_valid({name: value for name, value in data.items() if name != key})
    assert not SCHEMA.is_valid(data | {"name": "x"})
    assert not SCHEMA.is_valid(data | {"public": {"said": "two words"}})


PERSONAL = re.compile(r"[0-9]{3}-?[0-9]{2}-?[0-9]{4}|[^@\s\"]+@[^@\s\"]+|\(?[0-9]{3}\)?[ -][0-9]{3}-[0-9]{4}")


@given(data=st.data(), kind=st.sampled_from([name for name, kind in sorted(KINDS.kinds.items()) if kind.public]))
def test_no_persons_data_gets_into_an_entry(data, kind, people_of_the_roll):
    """Whatever an agency's code puts into whatever field: a name, a number, an address, a note."""
    stolen = data.draw(st.sampled_from(sorted(data.draw(st.sampled_from(people_of_the_roll)))))
    public = a_public(kind)
    name = data.draw(st.sampled_from(sorted(public)))
    public[name] = data.draw(st.sampled_from([stolen, [stolen], {stolen: stolen}, f"x_{stolen}"]))

    with pytest.raises(LedgerInput) as found:
        build_entry(KINDS, WORDS, kind=kind, docket=DOCKET, step=1, day=DAY, public=public, committed=bytes(32))
    assert stolen not in str(found.value)


@given(data=st.data(), kind=names, step=st.integers(1, 10**6), whole=st.booleans())
def test_an_entry_holds_nothing_that_looks_like_a_persons_data(data, kind, step, whole, people_of_the_roll):
    sealed = seal({"later": {"status": "told"}}, [sorted(person) for person in people_of_the_roll[:3]])
    fields = KINDS.kinds[kind].public.values()
    public = {
        field.name: a_value(field, data.draw(st.integers(0, 1))) for field in fields if whole or not field.optional
    }
    public |= {name: "requesters_a" for name in public if name == "requester_kind"}
    entry = build_entry(
        KINDS, WORDS, kind=kind, docket=new_docket(), step=step, day=DAY, public=public, committed=sealed.committed
    )
    shown = json.loads(entry.encode())
    # Random numbers, digests and the 32 bytes can hold any run of signs.
    shown = {name: value for name, value in shown.items() if name not in ("docket", "committed")}
    text = re.sub("sha256:[0-9a-f]{64}", "", json.dumps(shown))

    assert PERSONAL.search(text) is None
    assert [one for person in people_of_the_roll for one in person if one in text] == []


@pytest.fixture(scope="session")
def people_of_the_roll(people):
    """What the synthetic roll holds of each of some people: texts of five letters or more, numbers too."""
    kept = []
    for person in people[:60]:
        values = {str(value) for value in person.row.values() if isinstance(value, str)}
        kept.append({value for value in values if len(value) >= 5} | {"123-45-6789", "123456789", "a@b.example"})
    return kept


def test_a_changed_step_is_another_entry():
    entry = an_entry()

    assert replace(entry, step=2).encode() != entry.encode()

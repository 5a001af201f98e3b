"""The manifest: strict, canonical, and as its published schema says."""

import copy
import datetime as dt
import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.release import manifest as form
from ostiary.release import shape
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "src/ostiary/release/package.schema.json").read_text())
COLUMN = {
    **{"element": "y", "label": "A label", "program": "x", "part": "value", "sources": ["client"], "rules": ["r"]},
    **{"authorities": [{"id": "an_act", "citation": "1 Act 2"}], "duties": ["log", "bind_recipient"]},
}


def a_core(**changed) -> form.Core:
    return form.Core(
        **{
            **{"nonce": "00" * 32, "docket": "D-1", "decision": "D-1/1", "recipient": "Sheriff, Cook Co."},
            **{"key_id": "sha256:" + "11" * 32, "bundle": "sha256:" + "22" * 32, "as_of": dt.date(2026, 3, 1)},
            **{"columns": {"x__y__line": COLUMN}, "people": 3, "values": {"x__y__line": 2}, "notice": "Keep it."},
            **{"sealed_on": dt.date(2026, 3, 2), "valid_until": dt.date(2026, 4, 1)},
            **{"retain_until": dt.date(2026, 5, 1), **changed},
        }
    )


def a_statement() -> dict:
    digests = {name: f"{place:02d}" * 32 for place, name in enumerate(form.SUBJECT)}
    return json.loads(form.Statement(a_core(), digests, "agency.example/log").as_bytes())


def parsed(data: dict) -> form.Statement:
    return form.parse_statement(shape.canonical(data))


def places(data, way=()):
    """Every place in some JSON, as the way to it."""
    yield way
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in inside:
        yield from places(item, (*way, key))


def at(data, way):
    for key in way:
        data = data[key]
    return data


def changed(way, new) -> dict:
    data = copy.deepcopy(a_statement())
    at(data, way[:-1])[way[-1]] = new
    return data


WAYS = [way for way in places(a_statement()) if way]
OBJECTS = [way for way in places(a_statement()) if isinstance(at(a_statement(), way), dict)]


def test_a_manifest_reads_back_as_it_was_written():
    data = shape.canonical(a_statement())

    assert form.parse_statement(data).as_bytes() == data


def test_the_published_schema_describes_it():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(a_statement(), SCHEMA)


@pytest.mark.parametrize("way", OBJECTS, ids=str)
def test_an_unknown_key_is_refused_everywhere(way):
    data = a_statement()
    at(data, way)["more"] = {} if way[-1:] in (("columns",), ("values",)) else 1

    with pytest.raises(ValueError, match=r"\w"):
        parsed(data)
    with pytest.raises(jsonschema.ValidationError):
        # A column or a count more is well formed: that they go together is more than a schema can say.
        jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize("way", [way for way in WAYS if not isinstance(way[-1], int)], ids=str)
def test_a_missing_key_is_refused_everywhere(way):
    data = a_statement()
    del at(data, way[:-1])[way[-1]]

    with pytest.raises(ValueError, match=r"\w"):
        parsed(data)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("new", [None, True, -1, 1.5, {}, [], "\n", "x" * 30_000], ids=repr)
def test_a_value_of_another_kind_is_refused_everywhere(way, new):
    if way[-1] in ("sources", "rules", "label", "citation", "id", "notice", "origin") or way[-2:-1] in (
        ("sources",),
        ("rules",),
        ("duties",),
    ):
        new = 7 if isinstance(new, (str, list)) else new
    with pytest.raises(ValueError, match=r"\w"):
        parsed(changed(way, new))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valid_until": dt.date(2026, 3, 1)}, "must be sealed before it lapses"),
        ({"retain_until": dt.date(2026, 3, 31)}, "kept no shorter than it can be opened"),
        ({"values": {"x__y__other": 2}}, "must count each column"),
        ({"columns": {}, "values": {}}, "there must be one"),
        ({"columns": {"x__y__line": {**COLUMN, "authorities": []}}}, "without a cited authority"),
        ({"people": 1 << 53}, "whole number"),
        ({"nonce": "AB" * 32}, "core.nonce"),
        ({"docket": "D 1"}, "core.docket"),
        ({"recipient": " Sheriff"}, r"core\.recipient\.name"),
    ],
)
def test_what_does_not_go_together_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        form.check_core(a_core(**change).as_data())


def test_duties_are_those_of_the_columns():
    with pytest.raises(ValueError, match="duties are not those of the columns"):
        form.check_core({**a_core().as_data(), "duties": ["log"]})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"a":1,"a":1}',
        b"\xff",
        b"NaN",
        b'{"a":1} ',
        b"[" * 100_000,
        b'"\\ud800"',
        b"1e999",
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda data: repr(data[:12]),
)
def test_other_json_is_refused_without_a_fault(data):
    with pytest.raises(ValueError, match=r"\w"):
        form.parse_statement(data)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_parser_fall_over(data):
    for parse in (form.parse_statement, form.parse_contents):
        with pytest.raises(ValueError, match=r"\w"):
            parse(data)


def test_only_the_one_form_of_a_text_is_read():
    data = shape.canonical(a_statement())
    for other in (data + b"\n", data.replace(b'"D-1"', b'"\\u0044-1"'), json.dumps(json.loads(data)).encode()):
        with pytest.raises(ValueError, match="not written in canonical JSON"):
            form.parse_statement(other)


def test_a_message_never_repeats_a_value():
    """A value may be a person's."""
    with pytest.raises(ValueError, match=r"core\.docket") as caught:
        form.check_core({**a_core().as_data(), "docket": "123-45-6789 Jane"})

    assert "123-45-6789" not in str(caught.value)


def test_payload_and_key_are_bound_to_different_texts():
    core, other = a_core(), a_core(nonce="01" * 32)
    bound = {core.bound(form.PAYLOAD), core.bound(form.KEY), other.bound(form.PAYLOAD), other.bound(form.KEY)}

    assert len(bound) == 4


def test_a_known_core_has_a_known_digest():
    """The associated data must not change by accident: every package already sent depends on it."""
    assert a_core().sha256 == KNOWN
    assert a_core().bound(form.KEY) == b"ostiary.package/1 key.tink\n" + bytes.fromhex(KNOWN)


KNOWN = "c41fff6d58d26845ef57f7c04d41b5d2caeb3aa78b8c18536bc467895996b36f"


def test_the_entry_names_the_package_and_nobody():
    entry = form.entry_bytes("D-1", dt.date(2026, 3, 2), "sha256:" + "33" * 32)

    assert entry == (
        b'{"day":"2026-03-02","docket":"D-1","kind":"release.sealed",'
        b'"public":{"manifest":"sha256:' + b"33" * 32 + b'"},"v":"ostiary.entry/1"}'
    )


@pytest.mark.parametrize("data", [b"[]", b"1", b"{}", b'{"public":1}', b'{"public":{"manifest":[]}}', b"x"])
def test_other_entries_are_refused_without_a_fault(data):
    with pytest.raises(ValueError, match=r"\w"):
        form.check_entry(data, "D-1", "sha256:" + "33" * 32)

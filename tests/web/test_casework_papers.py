"""Papers by their digest in a private folder; and a request file taken apart into leaves and put together again."""

import stat

import pytest
import yaml

from ostiary_web.casework import facts, papers
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.environment import ConfigError, read
from tests.conftest import ROOT
from tests.web.places import an_environment
from tests.web.walking import emergency, with_consent

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.fixture
def folder(tmp_path, settings):
    settings.OSTIARY = read(an_environment(tmp_path))
    return tmp_path / "papers"


def test_a_paper_is_kept_once_and_nobody_else_reads_it(folder):
    digest = papers.keep(b"a subpoena")
    assert papers.keep(b"a subpoena") == digest
    files = [path for path in folder.rglob("*") if path.is_file()]

    assert papers.content(digest) == b"a subpoena"
    assert len(files) == 1
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700


def test_a_paper_that_was_changed_or_is_gone_is_not_shown(folder):
    digest = papers.keep(b"a warrant")
    path = next(path for path in folder.rglob("*") if path.is_file())
    path.write_bytes(b"another")
    with pytest.raises(CaseworkError, match="not what it was"):
        papers.content(digest)
    path.unlink()
    with pytest.raises(CaseworkError, match="not in the folder"):
        papers.content(digest)


@pytest.mark.parametrize("name", ["", "sha256:", "sha256:../../etc/passwd", "sha256:" + "A" * 64])
def test_a_paper_is_named_by_its_digest_alone(folder, name):
    with pytest.raises(CaseworkError, match="named by its digest"):
        papers.content(name)


def test_an_empty_paper_is_none(folder):
    with pytest.raises(CaseworkError, match="1 byte"):
        papers.keep(b"")


@pytest.mark.parametrize("place", ["export", "export/papers", "static"])
def test_papers_do_not_lie_where_others_read(tmp_path, place):
    with pytest.raises(ConfigError, match="OSTIARY_PAPERS"):
        read(an_environment(tmp_path, OSTIARY_PAPERS=str(tmp_path / place)))


GROUPED = {
    "groups": {"p1": {"flags": ["minor"], "unknown": ["flags.opt_out"]}, "p2": {"flags": [], "programs": ["tanf"]}},
}
REQUESTS = [yaml.safe_load(path.read_text()) for path in EXAMPLES]
REQUESTS += [one | {"request_date": "2026-03-02"} for one in (emergency(), with_consent(), with_consent() | GROUPED)]


@pytest.mark.parametrize("request_file", REQUESTS, ids=range(len(REQUESTS)))
def test_leaves_put_together_state_the_same_facts(request_file, bundle):
    once = facts.to_text(facts.document(facts.leaves(request_file), bundle.words))
    before, after = facts.read(yaml.safe_dump(request_file), bundle.words), facts.read(once, bundle.words)

    assert [(group.name, group.facts) for group in after.groups] == [(one.name, one.facts) for one in before.groups]
    assert facts.to_text(facts.document(facts.leaves(facts.parsed(once)), bundle.words)) == once


@pytest.mark.parametrize("request_file", REQUESTS, ids=range(len(REQUESTS)))
def test_what_intake_alone_states_lets_nothing_more_out(request_file, bundle):
    """Facts of others that intake states are not known; so every copy that may go then, might have gone before."""
    from ostiary.decide.decide import decide

    stated = [(name, value, Role.INTAKE) for name, value in facts.leaves(request_file).items()]
    text = facts.to_text(facts.document(facts.established(stated, bundle.words), bundle.words))
    items = decide(bundle, facts.read(text, bundle.words)).items

    assert [item.copy.element for item in items if item.outcome.discloses] == []


def test_a_group_without_a_fact_or_with_a_dot_is_refused():
    for groups in ({"p1": {}}, {"p.1": {"flags": []}}):
        with pytest.raises(CaseworkError, match="a group of persons"):
            facts.leaves({"groups": groups})


def test_nobody_establishes_what_the_system_sets(bundle):
    assert not any(facts.may_establish("as_of", role, bundle.words) for role in Role)


def test_each_fact_of_the_vocabulary_has_somebody_who_establishes_it(bundle):
    for name, fact in bundle.words.facts.items():
        if fact.by != "system":
            assert facts.MAY[facts.establisher(name, bundle.words)]

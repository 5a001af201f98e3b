"""Random rule sets and facts. An open door stands in front, so that random bars do not hide every fault."""

from hypothesis import strategies as st

from ostiary.law.condition import All, Any, Condition, FactRef, Is, Knows, Not, Possibly, Truth
from ostiary.law.rule import Kind, Rule
from tests.make import FACTS, a_rule

atoms = st.sampled_from([Is(FactRef(name)) for name in FACTS])
plain: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(atoms, atoms.map(Not)),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts))),
    ),
    max_leaves=4,
)
helping = st.one_of(plain, plain.map(Knows), st.tuples(plain, plain.map(Knows)).map(All), st.just(Truth(True)))
barring = st.one_of(plain, plain.map(Possibly), st.tuples(plain, plain.map(Possibly)).map(All))
facts = st.dictionaries(st.sampled_from(FACTS), st.booleans())
kinds = st.sampled_from([Kind.FORBID, Kind.FORBID, Kind.PERMIT, Kind.MANDATE, Kind.EXEMPT])


@st.composite
def rulebooks(draw: st.DrawFn) -> list[Rule]:
    """Up to seven rules behind an open door. A rule may defeat only later ones, so there is no circle."""
    chosen = draw(st.lists(kinds, min_size=1, max_size=7))
    rules = [a_rule("r0", Kind.PERMIT)]
    for place, kind in enumerate(chosen, start=1):
        later = [
            f"r{i}"
            for i, other in enumerate(chosen, start=1)
            if i > place and (other is Kind.FORBID) != (kind is Kind.FORBID)
        ]
        targets = draw(st.lists(st.sampled_from(later), unique=True)) if later else []
        contested = kind is not Kind.FORBID and draw(st.booleans())
        unless = draw(plain) if contested and draw(st.booleans()) else None
        rules.append(
            a_rule(
                f"r{place}",
                kind,
                draw(barring if kind is Kind.FORBID else helping),
                lifts=targets if kind is not Kind.FORBID else (),
                overrides=targets if kind is Kind.FORBID else (),
                contested=contested,
                unless=unless,
            )
        )
    return rules

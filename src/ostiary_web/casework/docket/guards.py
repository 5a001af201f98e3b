"""What must be so before a docket comes nearer to the release. A guard passes on True alone: None and a fault refuse.

``STAGED`` guards belong to states, not to rows: an edge into a stage meets all guards of that stage and of every stage
before it, whatever path led there. They read the docket *as it would be* after the act. ``OWN`` guards belong to acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ostiary_web.casework.docket.items import unlawful
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import REVIEWERS, Role
from ostiary_web.casework.docket.snapshot import Docket, DocketVerdict, NoticeKind
from ostiary_web.casework.docket.states import STAGES, DocketKind, State
from ostiary_web.casework.docket.world import World

Predicate = Callable[[Docket, World], bool | None]


@dataclass(frozen=True, slots=True)
class Guard:
    """A named question. ``says``: what is wrong when the answer is not True; ``cites``: why it is asked."""

    name: str
    holds: Predicate
    says: str
    cites: str
    cure: str
    stage: State | None = None

    def refuse(self, docket: Docket, world: World) -> Refusal | None:
        """A refusal, unless the answer is True. A fault is a refusal too: an error is never a release."""
        try:
            answer = self.holds(docket, world)
        except Exception:
            # Promise 8: whatever went wrong, nothing goes out; the operator sees which guard it was.
            says = f"guard `{self.name}` could not be asked"
            return Refusal(f"{self.name}_failed", says, self.cites, "call the operator")
        return None if answer is True else Refusal(self.name, self.says, self.cites, self.cure)


def removes(docket: Docket, world: World, step: str) -> bool:
    """Whether the docket's track leaves this step out. A track that the law in use does not know leaves out nothing."""
    track = world.law.procedure.track(docket.track)
    return track is not None and step in track.removes


def adds(docket: Docket, world: World, extra: str) -> bool:
    """Whether the docket's track asks for this besides."""
    track = world.law.procedure.track(docket.track)
    return track is not None and extra in track.adds


def reviews_due(docket: Docket, world: World) -> int:
    """How many reviews the track asks for: two, or one."""
    return 1 if removes(docket, world, "second_review") else 2


def _is_request(docket: Docket, world: World) -> bool | None:
    return docket.kind is not DocketKind.PRESERVATION


def _track_known(docket: Docket, world: World) -> bool | None:
    return world.law.procedure.track(docket.track) is not None


def _written(docket: Docket, world: World) -> bool | None:
    return docket.instrument.in_writing


def _requester_verified(docket: Docket, world: World) -> bool | None:
    return docket.requester_verified


def _instrument_valid(docket: Docket, world: World) -> bool | None:
    paper = docket.instrument
    return paper.valid is True and (paper.expires is None or paper.expires >= world.today)


def _counterparty(docket: Docket, world: World) -> bool | None:
    body = world.counterparty
    return body is not None and body.contact_verified is True and body.frozen is False


def _agreement(docket: Docket, world: World) -> bool | None:
    if docket.verdict is None or docket.verdict.needs_agreement is None or world.counterparty is None:
        return None
    until = world.counterparty.agreement_until
    return docket.verdict.needs_agreement is False or (until is not None and until >= world.today)


def same_answer(docket: Docket, world: World) -> bool | None:
    """Whether the law gives now what it gave when the verdict was attached, on the same track."""
    if docket.verdict is None or world.verdict is None:
        return None
    return docket.track == world.track and docket.verdict.same_answer(world.verdict)


def _same_basis(mine: DocketVerdict, other: DocketVerdict) -> bool:
    return (mine.bundle, mine.facts, mine.needs_agreement) == (other.bundle, other.facts, other.needs_agreement)


def _verdict_stands(docket: Docket, world: World) -> bool | None:
    if docket.verdict is None or world.verdict is None:
        return None
    return same_answer(docket, world) is True and _same_basis(docket.verdict, world.verdict)


def _bundle_in_use(docket: Docket, world: World) -> bool | None:
    law = world.law
    if docket.verdict is None or law.suspended is not False or len(law.approvers) < 2:
        return None
    return docket.verdict.bundle == law.bundle


def _reviewed(docket: Docket, world: World) -> bool | None:
    due = reviews_due(docket, world)
    found = docket.reviews
    parts = (len(found), len({one.person for one in found}), len({one.role for one in found}))
    apart = due == 1 or len({one.unit for one in found}) == due
    return parts == (due, due, due) and apart and all(one.role in REVIEWERS for one in found)


def _decided_apart(docket: Docket, world: World) -> bool | None:
    if docket.decision is None or docket.decision.role is not Role.DECIDER:
        return None
    return docket.decision.person not in {one.person for one in docket.reviews} | set(docket.before)


def _items_lawful(docket: Docket, world: World) -> bool | None:
    if docket.decision is None or docket.verdict is None or world.verdict is None:
        return None
    choices = docket.decision.choices
    return unlawful(docket.verdict, choices) is None and all(
        item is not None and item.may_leave for item in map(world.verdict.item, docket.decision.granted)
    )


def _not_lapsed(docket: Docket, world: World) -> bool | None:
    return docket.decision is not None and docket.decision.lapses >= world.today


def _no_hold(docket: Docket, world: World) -> bool | None:
    return not docket.on_hold


def _log_writable(docket: Docket, world: World) -> bool | None:
    return world.log.writable


def _roll(docket: Docket, world: World) -> bool | None:
    return world.roll


def _on_call(docket: Docket, world: World) -> bool | None:
    return not adds(docket, world, "on_call") or all(one.on_call for one in docket.reviews)


def _least_fields(docket: Docket, world: World) -> bool | None:
    if not adds(docket, world, "least_fields"):
        return True
    if docket.decision is None or not docket.reviews:
        return None
    return docket.decision.granted <= frozenset.intersection(*(frozenset(one.needed) for one in docket.reviews))


def _something_goes(docket: Docket, world: World) -> bool | None:
    return len(docket.allowed_items) > 0


def _noticed(docket: Docket, world: World) -> bool | None:
    notice = docket.notice
    if notice is None:
        return removes(docket, world, "notice")
    if notice.kind is NoticeKind.DELAYED:
        # A delay that has ended delays nothing: the people are told first, and then have their window.
        return notice.until is not None and notice.until >= world.today and notice.order != ""
    return notice.kind is NoticeKind.TOLD or removes(docket, world, "notice")


def _window_over(docket: Docket, world: World) -> bool | None:
    notice = docket.notice
    if docket.cleared == "notice_delayed":
        return notice is not None and notice.kind is NoticeKind.DELAYED
    if docket.cleared == "no_window":
        return removes(docket, world, "window")
    if notice is None or notice.kind is not NoticeKind.TOLD or notice.until is None:
        return None
    if docket.cleared == "waived":
        return notice.waived
    if docket.cleared == "court_shortened":
        return notice.court_date is not None and notice.court_date <= world.today
    return docket.cleared == "window_over" and notice.until < world.today


def _no_stay(docket: Docket, world: World) -> bool | None:
    return docket.stay == "" or docket.stay_ended


def _packed_right(docket: Docket, world: World) -> bool | None:
    return (
        docket.package is not None
        and len(docket.package.items) > 0
        and docket.allowed_items.issuperset(docket.package.items)
    )


def _checked(docket: Docket, world: World) -> bool | None:
    return None if docket.package is None else docket.package.passed


def _two_agreed(docket: Docket, world: World) -> bool | None:
    if docket.package is None:
        return None
    agreed = docket.package.agreed
    roles = {role for _, role in agreed}
    return roles == {Role.RELEASE_OFFICER, Role.KEY_HOLDER} and len({person for person, _ in agreed}) == 2


def _key_lives(docket: Docket, world: World) -> bool | None:
    body, seal = world.counterparty, docket.seal
    if body is None or seal is None or body.key == "" or body.key_until is None:
        return None
    return seal.recipient_key == body.key and body.key_until >= world.today


def _same_seal(docket: Docket, world: World) -> bool | None:
    return docket.seal is not None and docket.package is not None and docket.seal.manifest == docket.package.manifest


def _checkpointed(docket: Docket, world: World) -> bool | None:
    return world.log.checkpointed is True and world.log.cosigned is True


def _seal_lives(docket: Docket, world: World) -> bool | None:
    return docket.seal is not None and docket.seal.expires >= world.today


_P1, _P2 = "promise 1: a live cited authority", "promise 2: stricter, never looser"
_P3 = "promise 3: every guard, whatever the path"
_P4, _P8 = "promise 4: log first, then let go", "promise 8: an error is never a release"
_A, _C, _K, _L, _O = STAGES
STAGED: tuple[Guard, ...] = (
    Guard("not_preservation", _is_request, "a preservation docket discloses nothing", _P3, "ask by a request", _A),
    Guard("track_known", _track_known, "the docket is on no track of the law in use", _P3, "have it judged again", _A),
    Guard("in_writing", _written, "the request is not known to be in writing", "I1", "have it put in writing", _A),
    Guard("requester_verified", _requester_verified, "nobody established who asks", "I1", "verify the requester", _A),
    Guard("instrument_valid", _instrument_valid, "the paper is not valid today", _P1, "verify it, or refuse it", _A),
    Guard("counterparty", _counterparty, "the body is unknown, unverified or frozen", "I6", "settle its standing", _A),
    Guard("agreement", _agreement, "an agreement that it rests on is not in force", "I6", "renew the agreement", _A),
    Guard("verdict_stands", _verdict_stands, "the rules may give another answer now", _P3, "have it judged again", _A),
    Guard("bundle_in_use", _bundle_in_use, "the rules are suspended, or not in use", "S5", "put them in use", _A),
    Guard("reviewed", _reviewed, "the reviews are not complete and independent", "S2", "complete the reviews", _A),
    Guard("decided_apart", _decided_apart, "the decider reviewed it, or decided before", "S3", "another decides", _A),
    Guard("items_lawful", _items_lawful, "an item may not leave on the request's day and today", _P2, "refuse it", _A),
    Guard("not_lapsed", _not_lapsed, "the decision has lapsed", "I1", "open the decision again", _A),
    Guard("no_hold", _no_hold, "a hold shuts every way out", "I6", "have the hold's cause settled", _A),
    Guard("log_writable", _log_writable, "the log cannot be written", _P4, "mend the log", _A),
    Guard("roll_there", _roll, "the records are not there", _P8, "mend the connection", _A),
    Guard("on_call", _on_call, "an emergency is reviewed by the two on call", "emergency track", "call them", _A),
    Guard("least_fields", _least_fields, "an item was not found needed by both", "emergency track", "refuse it", _A),
    Guard("something_goes", _something_goes, "every granted item is stopped", "I1", "stay or reopen it", _A),
    Guard("noticed", _noticed, "the people are not told, and no live order delays it", "I1", "tell them", _C),
    Guard("window_over", _window_over, "the window still runs", "I1", "wait for its end", _C),
    Guard("no_stay", _no_stay, "the docket is stayed", "I1", "wait until the stay has ended", _C),
    Guard("packed_right", _packed_right, "the package is not what may leave now", "I3", "pack it anew", _K),
    Guard("checked", _checked, "the package has not passed its check", "I1", "have it checked", _L),
    Guard("two_agreed", _two_agreed, "two people have not agreed to the sealing", "S3", "both must agree", _L),
    Guard("same_seal", _same_seal, "the seal is not of the checked package", "I3", "seal what was checked", _L),
    Guard("key_lives", _key_lives, "the recipient's key is not the registered live one", "I6", "renew the key", _L),
    Guard("checkpointed", _checkpointed, "the log's last entry is not published and cosigned", _P4, "wait for it", _L),
    Guard("seal_lives", _seal_lives, "the seal has expired", "I1", "open the decision again", _O),
)  # fmt: skip


# Once it has left, the time for deciding is over and the records were read: only these two are not asked again.
_NO_MORE = frozenset({"not_lapsed", "roll_there"})


def stopped(docket: Docket, world: World, guards: Iterable[Guard] = STAGED) -> Refusal | None:
    """Why what was released must not be handed over now, or None: between the two lies time, in which a law, a consent,
    a key or a seal can end."""
    asked = (guard for guard in staged(State.RELEASED, guards) if guard.name not in _NO_MORE)
    return next((found for guard in asked if (found := guard.refuse(docket, world)) is not None), None)


def staged(stage: State, guards: Iterable[Guard] = STAGED) -> tuple[Guard, ...]:
    """The guards of an edge into a stage: its own, and those of every stage before."""
    reach = STAGES.index(stage)
    return tuple(guard for guard in guards if guard.stage is not None and STAGES.index(guard.stage) <= reach)

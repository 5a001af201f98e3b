"""Who has a file under which program, and since when they have received anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ostiary.roll.synthetic.homes import Homes
from ostiary.roll.synthetic.people import AS_OF, People, Role
from ostiary.roll.synthetic.status import Immigration, Status
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Stream, Topic

INCOME_SHARES = (0.0, 0.18, 0.30, 0.50, 0.70, 0.85, 0.95, 1.0)
INCOME_CENTS = (0, 0, 60_000, 130_000, 210_000, 330_000, 520_000, 900_000)


class Program(Enum):
    """A program of this agency: its code in the enrolment table, and how many days back people go."""

    SNAP = ("FS", 3000)
    MEDICAID = ("MA", 4200)
    EMERGENCY_MEDICAID = ("EM", 900)
    STATE_MEDICAL = ("SM", 1600)
    TANF = ("TF", 1500)
    AABD = ("AB", 4000)
    GA = ("GA", 700)
    VTTC = ("VT", 701)
    CCAP = ("CC", 1200)
    IVD = ("CS", 4001)
    NSLP = ("SL", 1601)

    @property
    def code(self) -> str:
        """The agency's code."""
        return self.value[0]

    @property
    def days_back(self) -> int:
        """The longest that anyone has been in it."""
        return self.value[1]

    @property
    def column(self) -> str:
        """The column that says who has a file under it."""
        return f"in_{self.name.lower()}"

    @property
    def since_column(self) -> str:
        """The column with the day from which the person receives."""
        return f"{self.name.lower()}_since"


MEDICAL = (Program.MEDICAID, Program.EMERGENCY_MEDICAID, Program.STATE_MEDICAL)
Masks = dict[Program, Mask]


@dataclass(frozen=True, slots=True)
class Files:
    """``receives``: who gets something. ``held``: who has a file, which some have as a member who did not apply."""

    income: Ints
    receives: Masks
    held: Masks
    since: dict[Program, Ints]
    nonapplicant: Mask

    @property
    def medical(self) -> Mask:
        """Who has a file under a medical program."""
        return any_of(self.held, *MEDICAL)


def any_of(masks: Masks, *programs: Program) -> Mask:
    """Who is in one of these programs at least."""
    return np.asarray(np.logical_or.reduce([masks[program] for program in programs]))


def draw_files(chunk: Chunk, people: People, immigration: Immigration) -> Files:
    """Everybody is on the roll for a reason: a program, or a household that has a file."""
    stream = chunk.stream(Topic.PROGRAMS)
    homes = people.homes
    income = np.interp(stream.uniform(homes.count), INCOME_SHARES, INCOME_CENTS).astype(np.int64)
    receives = _household_programs(stream, people, immigration, income)
    receives |= _medical_programs(stream, people, immigration)
    receives |= _small_programs(stream, people, immigration, income[homes.of])
    nobody = ~any_of(receives, *Program)
    fed = homes.any(receives[Program.SNAP])[homes.of]
    receives[Program.EMERGENCY_MEDICAID] |= nobody & ~fed & immigration.undocumented
    receives[Program.MEDICAID] |= nobody & ~fed & ~immigration.undocumented
    held = {**receives, Program.SNAP: receives[Program.SNAP] | (nobody & fed)}
    since = {program: _since(stream, people, program) for program in Program}
    return Files(income[homes.of], receives, held, since, nobody & fed)


def _since(stream: Stream, people: People, program: Program) -> Ints:
    return np.maximum(AS_OF - stream.whole(len(people), 20, program.days_back), people.dob)


def _household_programs(stream: Stream, people: People, immigration: Immigration, income: Ints) -> Masks:
    """Food, cash and child care go by household; people without status and visitors stay out."""
    homes, child = people.homes, people.role == Role.CHILD
    may = ~immigration.has(Status.NONE, Status.VISITOR)
    aside = people.at_least(18) & stream.chance(len(people), 0.015)  # did not apply for themselves
    fed = stream.chance(homes.count, np.where(income < 330_000, 0.68, 0.22))
    cash = homes.any(child) & (income < 60_000) & stream.chance(homes.count, 0.12)
    care = homes.any(~people.at_least(13)) & (income > 0) & stream.chance(homes.count, 0.06)
    return {
        Program.SNAP: fed[homes.of] & may & ~aside,
        Program.TANF: cash[homes.of] & may & ~aside,
        Program.CCAP: care[homes.of] & may & ~people.at_least(13),
        Program.NSLP: _school_meals(stream, people, fed),
        Program.IVD: _child_support(stream, people, homes),
    }


def _school_meals(stream: Stream, people: People, fed: Mask) -> Mask:
    """Whatever the child's status: most where the household has food benefits, some elsewhere."""
    share = np.where(fed[people.homes.of], 0.9, 0.2)
    return people.between(5, 18) & stream.chance(len(people), share)


def _child_support(stream: Stream, people: People, homes: Homes) -> Mask:
    """Children, and the parent they live with, where there is no partner in the household."""
    single = ~homes.any(people.role == Role.PARTNER) & homes.any(people.role == Role.CHILD)
    cases = single & stream.chance(homes.count, 0.22)
    return np.asarray(cases[homes.of] & (people.role != Role.OTHER))


def _medical_programs(stream: Stream, people: People, immigration: Immigration) -> Masks:
    """People without status: children and the old with State money, the others in an emergency only."""
    size = len(people)
    without = immigration.undocumented
    state = without & (people.minor | people.at_least(65)) & stream.chance(size, 0.75)
    emergency = (without | immigration.has(Status.VISITOR)) & ~state & stream.chance(size, 0.3)
    aside = people.at_least(18) & stream.chance(size, 0.06)
    return {
        Program.MEDICAID: ~immigration.has(Status.NONE, Status.VISITOR) & ~aside,
        Program.STATE_MEDICAL: state,
        Program.EMERGENCY_MEDICAID: emergency,
    }


def _small_programs(stream: Stream, people: People, immigration: Immigration, income: Ints) -> Masks:
    """Cash for the old and disabled, general assistance, and the help for victims."""
    size, adult = len(people), people.at_least(18)
    poor = (income < 130_000) & ~immigration.undocumented
    old = people.at_least(65) & stream.chance(size, 0.14)
    disabled = adult & stream.chance(size, 0.02)
    seeks_help = immigration.has(Status.NONE, Status.TRAFFICKED, Status.CRIME_VICTIM, Status.ASYLEE)
    return {
        Program.AABD: poor & (old | disabled),
        Program.GA: (income < 60_000) & adult & ~people.at_least(65) & stream.chance(size, 0.006),
        Program.VTTC: seeks_help & stream.chance(size, np.where(immigration.victim, 0.35, 0.006)),
    }

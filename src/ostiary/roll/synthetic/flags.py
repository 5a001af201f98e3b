"""The person flags: what the file says, and for three in a hundred that it is not known."""

from __future__ import annotations

from dataclasses import dataclass

from ostiary.roll.synthetic.columns import Columns, truths
from ostiary.roll.synthetic.contact import Contact
from ostiary.roll.synthetic.health import Health
from ostiary.roll.synthetic.money import Money
from ostiary.roll.synthetic.people import People
from ostiary.roll.synthetic.programs import Files, Program, any_of
from ostiary.roll.synthetic.status import Immigration, Save
from ostiary.roll.synthetic.streams import Chunk, Mask, Stream, Topic

UNKNOWN = 0.03
ON_STATUS = ("flag_us_citizen", "flag_lawfully_present")  # not known where the status itself is not


@dataclass(frozen=True, slots=True)
class Person:
    """All that the flags are read off."""

    people: People
    immigration: Immigration
    files: Files
    contact: Contact
    health: Health
    money: Money


def flag_columns(chunk: Chunk, person: Person) -> Columns:
    """A column a flag; each is unknown for its own three in a hundred."""
    stream = chunk.stream(Topic.FLAGS)
    size = len(person.people)
    flags = {
        **_status_flags(stream, person),
        **_safety_flags(stream, person),
        **_file_flags(stream, person),
    }
    unknown = chunk.stream(Topic.UNKNOWN)
    doubtful = ~person.immigration.known
    columns = {
        name: truths(flag, ~unknown.chance(size, UNKNOWN) & ~(doubtful & (name in ON_STATUS)))
        for name, flag in flags.items()
    }
    columns["noncitizen"] = truths(~person.immigration.citizen, ~unknown.chance(size, UNKNOWN) & ~doubtful)
    return columns


def _status_flags(stream: Stream, person: Person) -> dict[str, Mask]:
    """``final`` is the only knowledge; a declaration, or SAVE without a record, is none."""
    people, immigration, files = person.people, person.immigration, person.files
    size = len(people)
    undocumented = immigration.undocumented
    state = files.receives[Program.STATE_MEDICAL]
    federal = any_of(files.receives, Program.MEDICAID, Program.EMERGENCY_MEDICAID)
    emergency = files.receives[Program.EMERGENCY_MEDICAID]
    return {
        "flag_minor": people.minor,
        "flag_minor_12_17": people.between(12, 18),
        "flag_us_citizen": immigration.citizen,
        "flag_lawfully_present": ~undocumented & immigration.known,
        "flag_nonapplicant": files.nonapplicant,
        "flag_emergency_only": emergency & ~any_of(files.receives, Program.MEDICAID, Program.STATE_MEDICAL),
        "flag_knows_unlawful_final": immigration.final,
        "flag_removal_stayed": immigration.stayed,
        "flag_self_declared_undocumented": undocumented & ~immigration.final & stream.chance(size, 0.5),
        "flag_save_no_record": immigration.save == Save.NO_RECORD,
        "flag_refused_status_documents": (undocumented | files.nonapplicant) & stream.chance(size, 0.2),
        "flag_state_only_funded": state & ~federal,
    }


def _safety_flags(stream: Stream, person: Person) -> dict[str, Mask]:
    size = len(person.people)
    violence, confidential = person.health.violence, person.contact.confidential
    helped = person.files.receives[Program.VTTC]
    protected = person.immigration.victim | helped | stream.chance(size, 0.0004)
    return {
        "flag_vawa_tu_protected": protected,
        "flag_address_confidentiality": confidential,
        "flag_domestic_violence": violence,
        "flag_vulnerable_individual": confidential | (violence & stream.chance(size, 0.1)) | stream.chance(size, 0.002),
        "flag_victim_services_record": (violence & stream.chance(size, 0.15)) | (helped & stream.chance(size, 0.5)),
        "flag_restriction_agreed": stream.chance(size, 0.003),
    }


def _file_flags(stream: Stream, person: Person) -> dict[str, Mask]:
    size = len(person.people)
    return {
        "flag_part2_record": person.health.substance,
        "flag_hiv_record": person.health.hiv,
        "flag_mental_health_record": person.health.mental,
        "flag_fti_in_file": person.money.from_irs,
        "flag_ssa_data_in_file": person.money.from_ssa,
        "flag_fingerprint_on_file": stream.chance(size, 0.004),
        "flag_pending_prosecution": stream.chance(size, 0.001),
        "flag_informant_in_file": stream.chance(size, 0.0015),
    }

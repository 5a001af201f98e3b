"""Health and safety columns; those of the medical programs come from their providers."""

from __future__ import annotations

from dataclasses import dataclass

from ostiary.roll.synthetic.columns import Columns, coded, digits, joined, lettered, only, words
from ostiary.roll.synthetic.people import People, Sex
from ostiary.roll.synthetic.programs import Files
from ostiary.roll.synthetic.streams import Chunk, Mask, Stream, Topic

DIAGNOSES = words("I10 E11.9 J45.909 M54.50 E78.5 K21.9 E66.9 J06.9 N39.0 R51.9 Z00.00 H52.13")
DRUGS = words(
    "lisinopril metformin albuterol atorvastatin omeprazole amoxicillin sertraline ibuprofen levothyroxine "
    "gabapentin buprenorphine emtricitabine"
)
MENTAL = words("F32.9 F41.1 F43.10 F90.0 F31.9 F20.9")
SUBSTANCE = words("F10.20 F11.20 F12.20 F14.20")
REPRODUCTIVE = words("Z34.90 Z30.09 O80 Z31.41 Z33.1")
INFECTIONS = words("A56.2 A54.9 A51.9 A60.00")


@dataclass(frozen=True, slots=True)
class Health:
    """Whose file holds what the strictest laws protect."""

    hiv: Mask
    substance: Mask
    mental: Mask
    violence: Mask
    columns: Columns


def draw_health(chunk: Chunk, people: People, files: Files) -> Health:
    """Few have the rare things; each value stands in the medical file only, safety and disability in any."""
    stream = chunk.stream(Topic.HEALTH)
    size = len(people)
    hiv = files.medical & people.at_least(16) & stream.chance(size, 0.006)
    substance = files.medical & people.at_least(13) & stream.chance(size, 0.062)
    mental = files.medical & people.at_least(5) & stream.chance(size, 0.19)
    violence = stream.chance(people.homes.count, 0.009)[people.homes.of] | stream.chance(size, 0.002)
    columns = {
        **_care(stream, files.medical),
        **_protected(stream, people, files.medical),
        "hiv_code": lettered(stream.which(size, (0.55, 0.45)), "PT", hiv),
        "part2_code": coded(stream.whole(size, 0, len(SUBSTANCE)), SUBSTANCE, substance),
        "mental_code": coded(stream.whole(size, 0, len(MENTAL)), MENTAL, mental),
        "disability_code": lettered(stream.whole(size, 0, 3), "PSM", stream.chance(size, 0.11)),
        "safety_code": lettered(stream.whole(size, 0, 2), "FG", violence),
    }
    return Health(hiv, substance, mental, violence, columns)


def _care(stream: Stream, medical: Mask) -> Columns:
    """Diagnosis, claim and medicine."""
    size = len(medical)
    month = coded(stream.whole(size, 0, 12), [f"2025-{number:02}" for number in range(1, 13)])
    claim = joined("Visit ", month, ", provider ", digits(stream.whole(size, 1, 3000), 4))
    return {
        "diagnosis_code": coded(stream.whole(size, 0, len(DIAGNOSES)), DIAGNOSES, medical & stream.chance(size, 0.6)),
        "last_claim": only(claim, medical & stream.chance(size, 0.7)),
        "last_medicine": coded(stream.whole(size, 0, len(DRUGS)), DRUGS, medical & stream.chance(size, 0.5)),
    }


def _protected(stream: Stream, people: People, medical: Mask) -> Columns:
    """Infections, genetic tests, reproductive care."""
    size = len(people)
    fertile = (people.sex == Sex.FEMALE) & people.between(14, 50)
    return {
        "sti_code": coded(
            stream.whole(size, 0, len(INFECTIONS)),
            INFECTIONS,
            medical & people.at_least(15) & stream.chance(size, 0.012),
        ),
        "genetic_code": lettered(stream.whole(size, 0, 2), "BC", medical & stream.chance(size, 0.001)),
        "reproductive_code": coded(
            stream.whole(size, 0, len(REPRODUCTIVE)), REPRODUCTIVE, medical & fertile & stream.chance(size, 0.16)
        ),
    }

"""Matching, side by side on the same subjects: exact SQL, recordlinkage, Splink's score alone, our bands.

`python -m bench.matching` takes a generated roll of 100,000 people, febrl4 and pseudopeople's sample; `--people
3000000` a roll as large as a State's. Each method runs in a process of its own, so that its memory is its own.
*false* counts subjects that a method gives to a person they are not, when nobody looks; dedupe only where it runs.
The bands are `ostiary match run`; its model is trained beforehand, as on a server, and the time is that of one run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from bench.rolls import law, made, roll_of
from bench.table import load, show
from bench.truthsets import TODAY, TruthFolder, febrl4, pseudopeople

METHODS = ("exact", "ecm", "logistic", "bands", "dedupe")
NAMES = {
    "exact": "exact SQL: first, last, birth date",
    "ecm": "recordlinkage ECM, p >= 0.999",
    "logistic": "recordlinkage logistic, p >= 0.999",
    "bands": "our bands, automatic",
    "dedupe": "dedupe",
}
SCORES = (10, 20, 30)
SURE = 0.999
FIELDS = ("first", "last", "dob", "ssn", "other_number", "sex", "street", "zip")


def generated(people: int, subjects: int, folder: Path) -> TruthFolder:
    from ostiary.match.truth import write_truth_set
    from ostiary.match.truth_making import make_truth

    roll = made(people)
    about = {"about": f"{subjects:,} subjects made from a generated roll of {people:,} people"}
    write_truth_set(make_truth(roll, subjects, 1), about, folder / "truth")
    return TruthFolder(f"generated, {people:,}", roll, folder / "truth", 0)


def read(data: TruthFolder):
    """The roll and the subjects as plain frames of lower-case text, and the truth; for the peers."""
    import duckdb
    import pandas as pd

    from ostiary.match.cache import text_of
    from ostiary.match.forms import FORMS
    from ostiary.match.truth import read_truth_set
    from ostiary.roll.identifiers import Field

    roll = roll_of(law(), data.roll)
    files = str(data.roll.parent / roll.tables[roll.people])
    columns = ", ".join(f"{text_of(roll.identifiers.get(Field(name), ()))} AS {name}" for name in FIELDS)
    query = f"SELECT CAST({roll.id} AS VARCHAR) AS person, {columns} FROM read_parquet('{files}')"
    people = duckdb.sql(query).df().set_index("person")
    asked = pd.read_csv(data.truth / "subjects.csv", dtype=str, keep_default_na=False).set_index("subject")
    asked["dob"] = [FORMS[Field.DOB].read(text, TODAY)[0] if text else "" for text in asked["dob"]]
    asked["ssn"] = asked["ssn"].str.replace("-", "")
    frames = []
    for frame in (people, asked):
        frame = frame[list(FIELDS)].fillna("").astype(str).apply(lambda column: column.str.lower())
        frames.append(frame.replace("", None))
    return *frames, read_truth_set(data.truth).rows


def exact(data: TruthFolder):
    people, asked, truth = read(data)
    start = time.perf_counter()
    import duckdb

    connection = duckdb.connect()
    connection.register("asked", asked.reset_index())
    connection.register("people", people.reset_index())
    found = connection.execute(
        "SELECT subject, any_value(person) FROM asked JOIN people USING (first, last, dob) GROUP BY subject "
        "HAVING count(*) = 1"
    ).fetchall()
    return dict(found), truth, time.perf_counter() - start


def compared(people, asked):
    """recordlinkage's candidates and features, as its manual has them."""
    import recordlinkage

    pairs = recordlinkage.Index()
    for block in ("dob", ["first", "last"], "ssn", "other_number"):
        pairs.block(block)
    asked, people = asked.fillna(""), people.fillna("")
    blank = [(frame[name] == "") for frame in (asked, people) for name in ("dob", "ssn", "other_number")]
    for number, name in enumerate(("dob", "ssn", "other_number")):  # blanks must not block together
        asked.loc[blank[number], name] = [f"?a{n}" for n in range(int(blank[number].sum()))]
        people.loc[blank[3 + number], name] = [f"?b{n}" for n in range(int(blank[3 + number].sum()))]
    features = recordlinkage.Compare(n_jobs=1)
    for name in ("first", "last", "street"):
        features.string(name, name, method="jarowinkler", threshold=0.9, label=name)
    features.string("dob", "dob", method="levenshtein", threshold=0.85, label="near")
    for name in ("dob", "ssn", "other_number", "sex", "zip"):
        features.exact(name, name, label=name)
    return features.compute(pairs.index(asked, people), asked, people)


def best(probabilities, sure=SURE):
    """The likeliest person of each subject, where it is likely enough and not tied."""
    found: dict[str, list[tuple[float, str]]] = {}
    for (subject, person), p in probabilities.items():
        found.setdefault(subject, []).append((p, person))
    taken = {}
    for subject, listed in found.items():
        listed.sort(reverse=True)
        if listed[0][0] >= sure and (len(listed) == 1 or listed[0][0] > listed[1][0]):
            taken[subject] = listed[0][1]
    return taken


def ecm(data: TruthFolder):
    people, asked, truth = read(data)
    start = time.perf_counter()
    import recordlinkage

    table = compared(people, asked)
    table = table.loc[:, table.nunique() > 1]
    model = recordlinkage.ECMClassifier(binarize=0.5)
    model.fit(table)
    return best(model.prob(table)), truth, time.perf_counter() - start


def logistic(data: TruthFolder):
    """Learns from half of the subjects, with their truth, and is judged on the other half."""
    people, asked, truth = read(data)
    start = time.perf_counter()
    import recordlinkage

    table = compared(people, asked)
    learn = [int(subject[1:]) % 2 == 0 for subject in table.index.get_level_values(0)]
    known = table[learn]
    right = known.index[[truth[subject].person == person for subject, person in known.index]]
    model = recordlinkage.LogisticRegressionClassifier()
    model.fit(known, right)
    rest = table[[not one for one in learn]]
    other = {subject: one for subject, one in truth.items() if int(subject[1:]) % 2}
    return best(model.prob(rest)), other, time.perf_counter() - start


def bands(data: TruthFolder):
    """Ours; and what Splink's score alone would have taken, on the same candidates."""
    from ostiary.match.cache import normal_roll
    from ostiary.match.candidates import linking_connection
    from ostiary.match.model import train
    from ostiary.match.run import match
    from ostiary.match.scoring import candidates, score
    from ostiary.match.subjects import read_subjects
    from ostiary.match.truth import read_truth_set

    roll = roll_of(law(), data.roll)
    cache = data.truth.parent / "normal.duckdb"
    normal = normal_roll(roll, cache, TODAY, lambda what: None)
    with linking_connection(normal.path) as connection:
        model = train(connection, roll.name, normal.people, normal.key, 42)
    start = time.perf_counter()
    normal = normal_roll(roll, cache, TODAY, lambda what: None)
    matched = match(read_subjects(data.truth / "subjects.csv", TODAY), roll, normal, model, TODAY, lambda what: None)
    seconds = time.perf_counter() - start
    scored = score(matched.decisions, read_truth_set(data.truth), candidates(matched.pairs))
    truth = {case.truth.subject: case.truth for case in scored.cases}
    taken = {one.subject: one.person for one in matched.decisions if one.band == "automatic"}
    rows = [
        counted(
            f"Splink's score alone, >= {bits} bits",
            {one.subject: one.person for one in matched.decisions if one.weight is not None and one.weight >= bits},
            truth,
            seconds,
        )
        for bits in SCORES
    ]
    people = counted("our bands, automatic or shown to a person", taken, truth, seconds)
    people |= {"recall": scored.total.found.share or 0.0, "to a person": scored.total.clerical.hits}
    return [*rows, counted(NAMES["bands"], taken, truth, seconds), people]


def dedupe(data: TruthFolder):
    import dedupe as library

    raise RuntimeError(f"dedupe {library.__version__} is here, but this bench has no way to run it yet")


def counted(name, taken, truth, seconds):
    members = sum(one.person is not None for one in truth.values())
    right = sum(truth[subject].person == person for subject, person in taken.items() if subject in truth)
    return {
        "method": name,
        "subjects": len(truth),
        "taken": len(taken),
        "false": len(taken) - right,
        "precision": right / len(taken) if taken else 0.0,
        "recall": right / members if members else 0.0,
        "to a person": 0,
        "seconds": seconds,
        "MB": 0,
    }


def alone(method: str, data: TruthFolder) -> list[dict]:
    """One method, in this process."""
    warnings.simplefilter("ignore")
    found = globals()[method](data)
    rows = found if isinstance(found, list) else [counted(NAMES[method], *found)]
    return [{**row, "MB": peak()} for row in rows]


def peak() -> int:
    """The most memory this process held, in MB: getrusage would tell of the parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def apart(method: str, data: TruthFolder) -> list[dict]:
    """One method in a process of its own; a note in its stead where it does not run."""
    words = [sys.executable, "-m", "bench.matching", "--alone", method, data.name, str(data.roll), str(data.truth)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        print(f"{NAMES[method]}: does not run here ({last[:100]})")
        return []
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--subjects", type=int, default=4_000)
    options.add_argument("--json", action="store_true")
    options.add_argument("--alone", nargs=4, metavar=("METHOD", "NAME", "ROLL", "TRUTH"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.alone:
        method, name, roll, truth = given.alone
        print(json.dumps(alone(method, TruthFolder(name, Path(roll), Path(truth), 0))))
        return 0
    false, printed = 0, []
    with tempfile.TemporaryDirectory() as folder:
        made_sets = (
            generated(given.people, given.subjects, Path(folder) / "generated"),
            febrl4(Path(folder) / "febrl4"),
            pseudopeople(Path(folder) / "pseudopeople"),
        )
        for data in made_sets:
            if not given.json:
                print(f"{data.name}:")
            rows = [row for method in METHODS for row in apart(method, data)]
            printed.append({"data": data.name, "rows": rows})
            false += sum(row["false"] for row in rows if row["method"] == NAMES["bands"])
            if not given.json:
                show(rows)
    if given.json:
        print(json.dumps({**load(), "sets": printed}))
    return int(false > 0)


if __name__ == "__main__":
    sys.exit(main())

"""What the doctor says, and what it must never claim."""

from ostiary.release import doctor
from ostiary.release.private_files import write_private


def test_a_sound_process_has_no_fault():
    found = doctor.examine([])

    assert found.faults == ()
    assert [one.name for one in found.libraries] == ["hashlib", "cryptography", "tink", "securesystemslib"]
    assert all(one.version and one.linked_to for one in found.libraries)


def test_a_wheel_is_never_called_validated():
    said = " ".join(doctor.examine([]).notes)

    if any(map(doctor._is_wheel, ("cryptography", "tink"))):
        assert "A wheel is not a FIPS-validated module" in said


def test_each_private_file_that_others_can_read_is_a_fault(tmp_path):
    write_private(tmp_path / "good", b"x")
    write_private(tmp_path / "bad", b"x")
    (tmp_path / "bad").chmod(0o644)

    faults = doctor.examine([tmp_path / "good", tmp_path / "bad", tmp_path / "gone"]).faults

    assert len(faults) == 2
    assert "bad: can be read by others" in faults[0]
    assert "gone: cannot be read: No such file" in faults[1]


def test_an_algorithm_that_does_not_work_is_a_fault():
    def broken():
        raise OSError("a build without P-256")

    assert doctor._failure(broken) == "OSError"
    assert doctor._failure(lambda: False) == "what was sealed does not come back"
    assert doctor._failure(lambda: True) == ""


def test_every_part_that_is_used_is_tried():
    assert [name for name, _ in doctor.TRIALS] == [
        "sealing a payload",
        "wrapping a key",
        "signing",
        "a passphrase around a key",
    ]

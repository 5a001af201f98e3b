"""``--packs`` takes one folder or several, before or after the request."""

from ostiary.cli.main import spread_packs


def test_several_folders_after_one_option(tmp_path):
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    for folder in (a, b):
        (tmp_path / folder).mkdir()

    once = ["decide", "r.yaml", "--packs", a, "--packs", b, "--json"]
    assert spread_packs(["decide", "r.yaml", "--packs", a, b, "--json"]) == once
    assert spread_packs(["decide", "--packs", a, b, "r.yaml"]) == ["decide", "--packs", a, "--packs", b, "r.yaml"]
    assert spread_packs(once) == once
    assert spread_packs(["check", "r.yaml"]) == ["check", "r.yaml"]

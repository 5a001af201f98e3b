"""A job that says when it begins, and ends when it is let: for workers that are killed in its midst."""

from pathlib import Path

from django_tasks import task


@task()
def long_work(folder: str) -> str:
    """Say so in one pipe, and wait at the other."""
    with (Path(folder) / "begun").open("w") as pipe:
        pipe.write("begun")
    return (Path(folder) / "go").read_text()

"""Who is alive, and when each duty was last taken on. Nothing here is about a person."""

from django.db import models


class Pulse(models.Model):
    """One worker process. ``at``: its last beat. ``until``: it is dead after this, and its job is taken again."""

    worker = models.CharField(max_length=64, primary_key=True)
    began = models.DateTimeField()
    at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"worker", "began", "at", "until"})

    def __str__(self) -> str:
        return f"worker since {self.began}"


class Turn(models.Model):
    """When a duty was last taken on, by whichever worker: two workers do not do it twice."""

    duty = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"duty", "at"})

    def __str__(self) -> str:
        return f"{self.duty} at {self.at}"

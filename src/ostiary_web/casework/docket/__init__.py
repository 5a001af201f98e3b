"""The docket: who may do what, when; and nothing leaves by another way.

    states -> snapshot -> effects -> transitions -> guards, duties -> machine

A docket is a frozen value (``snapshot``). A person's act becomes one event; what the event changes is written once
(``effects``); which acts there are, from where to where and by whom, is one table (``transitions``). ``machine.step``
looks the act up, asks the duties whether this person may, makes the docket as it would be, and asks every guard of the
state it would enter. So no path can miss a guard. Replaying the events gives the docket again (``replay``).

Nothing here reads a clock, a database or a file: time, people, law and registers come in as a ``World``. What is not
known in it is None, and None is never yes.
"""

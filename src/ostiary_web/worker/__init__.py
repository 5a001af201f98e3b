"""What runs beside the pages: the jobs that wait, and the clock that nobody has to press.

schedule   what is done again and again; each app says so in its own ``jobs.py``
clock      the beat that says a worker is alive, and the turns of what is due
actions    beats, turns, and jobs whose worker died, taken again
queries    when a worker was last seen
"""

"""A demonstration: a desk in a folder of its own, seeded through the actions alone, with site and worker.

    place     the folder: keys, environment, log-ins
    roster    an official for each role, bodies, the calendar, rules in use
    walk      one docket on its way; each act by whoever has the role for it
    stories   what happened at the desk, from ``stories.yaml``, in order of time
    seed      all of it, in a new database
    running   site and worker as processes of their own
    visiting  a browser without a screen: logs in with both factors, and looks
    main      the words of ``ostiary-web demo``

Nothing else imports it. It says of nobody that he or she exists: the roll is made up, and so is every docket.
"""

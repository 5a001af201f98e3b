"""The verifiable log: bytes go in, and outsiders can check that nothing was changed or lost.

    tree       hashes and tiles: pure
    signing    the log's key, and what it has signed before
    schema     the tables, and what the database must promise
    store      entries, tiles and signed head in one transaction of the caller's
    sequencer  many submitters, one writer: the stand-alone log
    export     the static files that anybody may fetch
    guard      is this database older than what was published?
    fsck       everything again from the entries, and which row or file is wrong
    log        all of it behind one door, for the command

The log takes bytes and does not know what they say. It opens no socket of its own. The formats are C2SP's
(tlog-tiles, tlog-checkpoint, signed-note, tlog-proof). Verification is ``ostiary_verify``'s alone.
"""

"""Who is the person asked about: normalise, find candidates, weigh them, decide in bands; people settle the rest."""

"""Who works the desk: people, units, roles, delegations, training, declarations, and how they log in."""

"""Who asks, and under what: bodies, agreements, consents, notices, the calendar, the rules in use."""

"""What everything stands on: database, events, errors, clock, ids. No Flask here."""

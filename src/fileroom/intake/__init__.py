"""Import: a pure plan decides, readers parse ahead, a writer commits in batches, a ledger keeps every outcome."""

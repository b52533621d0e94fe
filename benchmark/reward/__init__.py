"""Can this reward be trusted? A challenge set with known answers, the measures on it, and the report
(`validate-reward`, `meta-eval`)."""

"""What stands around a name, an event or a number and decides what is stated: denial, unit, predicate, likeness to a
known name.

A *statement* is a fact in its place. `metrics.inventory` finds known surfaces; the readers here say in which place they
stand. All their words are data (`data/*.toml`), by language subtag; a language without data is read without that check.
"""

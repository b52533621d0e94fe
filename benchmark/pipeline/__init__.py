"""The steps of `run` and `evaluate`: train, measure, and the checks before them."""

"""Are open.* metrics to be trusted on a file of yours? `validate-metrics`: human references, shuffled ones, and ones
with known damage."""

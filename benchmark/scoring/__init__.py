"""Generations -> per-segment statistics -> scores.parquet -> summary.json."""

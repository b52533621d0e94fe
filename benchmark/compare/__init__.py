"""Runs held against each other: compare two, pool several seeds."""

"""Families of metrics, a file each: one function that scores a system, and the records of the metrics that it
returns."""

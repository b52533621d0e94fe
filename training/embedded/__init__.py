"""Trainers of the small models that ship with the suite."""

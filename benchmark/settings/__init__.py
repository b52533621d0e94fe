"""Profiles, models, assets and prompts: everything that a user can set."""

"""GRPO with the reward of eq. 6, and what is watched while it runs."""

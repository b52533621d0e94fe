"""Supervised fine-tuning: the cold start, the control arm and recovery."""

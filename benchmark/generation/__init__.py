"""Texts of a checkpoint: decoding, transformers, vLLM."""

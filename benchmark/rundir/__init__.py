"""The run directory: its steps, its manifest, the reader of its summary."""

"""The harness: profiles, tasks, generation, scoring, reports. `python -m benchmark --help` lists the commands.

Arrow of imports: metrics <- training <- benchmark. This module stays empty of imports, so that `--help` starts at once.
"""

__version__ = "0.1.0"

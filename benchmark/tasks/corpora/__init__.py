"""Tasks on real corpora, one TOML file each: `benchmark.tasks.files` reads them. The texts are never part of this
repository."""

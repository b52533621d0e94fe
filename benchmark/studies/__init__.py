"""Named sets of runs that answer one question about the recipe: declared (`studies.toml`), run, told with intervals."""

"""Pure measurement: text in, numbers out; scorers; statistics.

Nothing is imported here, so that `import metrics` stays light: import the module you need
(`metrics.coverage`, `metrics.verbosity`, `metrics.stats`, ...). This package imports neither
`training` nor `benchmark`.
"""

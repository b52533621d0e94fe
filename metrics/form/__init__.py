"""form.*: whether an output is written as the language is written, by an embedded n-gram model of each language.

`grams`: the model; `known`: the shipped models and what they know of gold texts; `shape`: repetition, lists, cut words;
`scores`: the two metrics; `causal`: a language model that the user names instead.
"""

FLUENCY, HEADLINE = "form.fluency", "form.headline"
"""Names of the metrics."""

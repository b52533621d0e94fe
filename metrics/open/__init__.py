"""Facts read from real text, where nobody has written gold facts: numbers, names of a bilingual list, answer spans.

Nothing is imported here. `names` holds the list and finds its names, `reading` holds one output against its source,
`scores` makes metrics of it, `cleaning` makes the list from pairs of encyclopaedia titles.
"""

"""The leaderboard: outputs are submitted, the suite scores them, anyone can verify.

A board is one JSON file per task (`leaderboards/<task>.json`, schema `leaderboards/schema.json`). Beside it lie the test split
(`tests/`), and each entry's outputs and per-segment statistics (`outputs/`), compressed and named by their content.

    board    files, lock, hashes          schema   shapes and names that are let in
    sources  what a user hands in         scoring  texts -> scores, statistics, copies of references
    submit   into the board               verify   everything again, from the stored outputs
    ranks    derived when shown           show, export   views
"""

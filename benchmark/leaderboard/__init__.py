"""The leaderboard: outputs are submitted, the suite scores them, anyone can verify.

A board is one JSON file per task (`leaderboards/<task>.json`, schema `leaderboards/schema.json`). Beside it lie the test split
(`tests/`), each entry's outputs and per-segment statistics (`outputs/`) and validations of rewards (`rewards/`), compressed and named by
their content.

    board    files, lock, hashes               schema   shapes and names that are let in
    sources, checkpoint   what is handed in    scoring  texts -> scores, statistics, copies of references
    submit   into the board                    verify, recheck   everything again, from the stored outputs
    ranks, flags   derived when shown          show, terminal, export, words   views
"""

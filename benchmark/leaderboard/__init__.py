"""The leaderboard: outputs are submitted, the suite scores them, anyone can verify.

A board is one JSON file per task (`leaderboards/<task>.json`, schema `leaderboards/schema.json`). Beside it lie the
test split (`tests/`), each entry's outputs and per-segment statistics (`outputs/`) and validations of rewards
(`rewards/`), compressed and named by their content.

    board, beside, packed, spelling, schema         files and their bounds, the schema
    fields, records                                 entries as typed records
    chain, groups, lineage, alike                   what binds entries, and what they say of each other
    sources, checkpoint, confirm, submit, enter     what is handed in
    second_run                                      an entry that somebody has trained again
    together                                        several boards of one run: all written, or none
    scoring, bench                                  texts -> scores; many entries at once, over all processors
    verify, checks, outputs, recheck, validations   everything again, from the stored outputs
    rescore, older, baselines                       after an upgrade; the first schema; the suite's own rows
    ranks, compared, flags                          derived when shown, never stored
    show, terminal, export, tables, words           views
"""

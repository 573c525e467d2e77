"""The learner's one record: what was tried and proven in exercises and lessons, and when.

`model` says what it holds, `kept` how it is kept so that no accident loses a pass, `older` what earlier
versions held, `events` what the doors note in it.
"""

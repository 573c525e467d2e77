"""The grading core: from a submission (data) to a result (one JSON document).

Imports run one way: model <- submission <- sandbox <- run <- judge <- doors.
"""

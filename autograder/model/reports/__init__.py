"""What a student's own interpreter says of a step, per orchestrator: declared, so it can be forged from inside."""

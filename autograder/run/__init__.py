"""Plays a submission in its scenarios and brings back evidence. No student code runs in this process."""

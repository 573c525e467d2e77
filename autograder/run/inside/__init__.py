"""What runs inside the cage, next to the student's code. It imports nothing of the grader outside."""

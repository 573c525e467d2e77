"""The words of the course as typed documents: exercise, evidence, verdict, result."""

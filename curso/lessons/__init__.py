"""What lessons are made of: questions before an experiment, challenges, cells that are DAG files."""

"""What lessons are made of: predictions, challenges, and the record of what the learner did with them."""

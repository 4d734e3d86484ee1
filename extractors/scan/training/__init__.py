"""Training of the digit reader. Needs torch, which reading does not."""

"""The measured claims: accuracy on generated documents with known truth, speed beside the peers."""

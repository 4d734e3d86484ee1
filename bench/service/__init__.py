"""What the service is measured by: load, overhead, and survival. Real Redis, real processes."""

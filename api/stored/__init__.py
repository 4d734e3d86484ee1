"""What the store of the service holds, as sources for exports."""

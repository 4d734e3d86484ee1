"""The whole service on one machine: its parts as processes, started in order and stopped in order."""

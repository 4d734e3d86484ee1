"""Scans of generated reports, at levels of damage that archives know."""

"""Scans: from a picture of a page to words, rules and readings."""

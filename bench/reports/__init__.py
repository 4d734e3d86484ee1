"""Invented reports with known truth, in the layouts that real ones come in."""

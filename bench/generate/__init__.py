"""Believable reports with known truth: invented organs and figures, in the shapes in which real reports come."""

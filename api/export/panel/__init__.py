"""The panel: what many reports say, one row per organ and year, with everything needed to publish from it."""

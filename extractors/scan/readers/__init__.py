"""Engines that read crops: one protocol, one file each."""

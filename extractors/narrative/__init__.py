"""Figures in prose: sections, sentences, quantity mentions, and the type of each mention in its context."""

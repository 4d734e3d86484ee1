"""Page-level work on paged documents: the text layer and what it is worth."""

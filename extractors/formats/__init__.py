"""One file format each: a source becomes blocks (lines and native tables) in reading order."""

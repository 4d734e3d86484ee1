"""One way each from a page or a run of lines to grids."""

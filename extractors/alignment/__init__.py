"""From lines and grids, in whatever broken order, to the cells of a known form. Pure."""

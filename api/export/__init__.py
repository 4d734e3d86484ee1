"""Reports and cells in the file formats that people use."""

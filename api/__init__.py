"""Every way in: the command line, HTTP, the review page."""

"""The same extraction, many at a time: the Celery application, its watcher and its sweep."""

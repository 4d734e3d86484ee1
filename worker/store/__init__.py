"""What the service remembers: batches, sources, documents, results, decisions, and the review queue.

The database is the truth and the broker only a hint. Everything goes through plain functions that take a session; the
caller sets the borders of a transaction::

    database = Database("sqlite:////var/lib/gouji/gouji.db")
    database.migrate()
    with database.write() as session:          # one transaction: all of it or nothing
        batch = batches.ensure(session, "青禾县/2024", tags=["青禾县"], now=time.time())
        document = documents.record(session, batch.id, name="报告.pdf", sha256=stored.sha256, ...)
    with database.read() as session:           # a snapshot; nothing can be written
        page = review.page(session, ReviewFilter(batch_id=batch.id), after=None, limit=50)

``database``   engine, sessions, migrations; foreign faults become ``StoreUnavailable``
``records``    the tables
``batches``    groups of documents, with counts by status
``documents``  the life of a document: received → queued → running → done, failed or quarantined
``results``    what reading gave, written once, and handed out with the decisions of people replayed over it
``decisions``  what people decided, appended and never changed
``review``     the queue of doubtful cells, the worst first, in pages
``replies``    answers to requests with an idempotency key
``blobs``      the bytes of sources by content hash
"""

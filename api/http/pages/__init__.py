"""The pages for people: batches, the queue, a document with its form. Server-rendered; scripts only where a hand is faster."""

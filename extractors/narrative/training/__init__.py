"""How the tagger is made: a grammar that writes sentences, samples from them and from annotated reports, and the trainer."""

"""Training of the mention tagger: generated and annotated sentences to a checkpoint. Needs torch; not used at run time."""

"""The tagger that ships: checkpoint, tokenizer, ONNX, manifest and model card."""

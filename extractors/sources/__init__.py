"""From what a user hands over to single sources: what the bytes are, archives unpacked within limits."""

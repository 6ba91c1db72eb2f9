"""One file per channel, in the very format in which that channel's own system would export it."""

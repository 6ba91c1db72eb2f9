"""Teams at the desk: how a unit shares out its work, who is there and what each has; what is told to whom."""

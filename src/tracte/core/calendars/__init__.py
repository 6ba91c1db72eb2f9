"""When an administration works, and what that makes of a deadline."""

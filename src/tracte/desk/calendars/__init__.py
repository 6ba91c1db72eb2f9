"""Business calendars at the desk: when offices work, and what that makes of a term."""

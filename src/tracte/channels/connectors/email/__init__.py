"""E-mail: single messages (.eml) and mailboxes (mbox)."""

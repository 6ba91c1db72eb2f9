"""Who gets the next conversation: read (`reading`), chosen (`choosing`, pure), and said in words (`words`)."""

"""Cases at the desk: their list, one of them with everything that can be done, and the job behind many."""

"""Deferred work of the channels. Each task names its administration: a worker acts for one at a time."""

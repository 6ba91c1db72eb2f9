"""The one clock. Whoever needs the time asks here, so that tests can hold it still."""

import datetime as dt


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

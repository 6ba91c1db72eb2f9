"""The worker of the queue: `python -m tracte.config.worker [QUEUE...]`; without names it takes jobs of all queues.

A second one for the queue `send` alone lets what people wait for pass by what takes long. It takes jobs in a role of
its own; what a job does is done as the application, for one administration at a time.
"""

import os
import sys

from tracte.config import installation


def main() -> None:
    installation.boot()
    import procrastinate
    from procrastinate.contrib.django import app

    connector = procrastinate.PsycopgConnector(conninfo=os.environ["TRACTE_WORKER_URL"], min_size=1, max_size=4)
    with app.replace_connector(connector) as worker:
        worker.run_worker(queues=sys.argv[1:] or None, concurrency=1, delete_jobs="successful")


if __name__ == "__main__":
    main()

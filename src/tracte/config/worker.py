"""The worker of the queue: `python -m tracte.config.worker`."""

from tracte.config import installation

if __name__ == "__main__":
    installation.boot()
    from django.core.management import call_command

    call_command("procrastinate", "worker")

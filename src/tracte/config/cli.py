"""The command line; names are fixed (docs/reference). Results on stdout, progress and problems on stderr."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click
import psycopg

from tracte.config import installation, postgres
from tracte.config.attending import inbox
from tracte.config.lake import lake
from tracte.config.resolve import resolve


def main() -> None:
    """Run; whatever a user can mend is one line on stderr and status 1."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except Exception as error:
        if os.environ.get("TRACTE_DEBUG") or not (line := _mendable(error)):
            raise
        click.echo(f"tracte: {line}", err=True)
        sys.exit(1)


def _mendable(error: Exception) -> str:
    """What to say of an error that a user can mend; nothing when the fault is ours."""
    if isinstance(error, ValueError | OSError | postgres.DatabaseProblem):
        return str(error)
    if isinstance(error, psycopg.Error):
        return f"cannot use the database of DATABASE_URL: {str(error).strip().splitlines()[0]}"
    if isinstance(error.__cause__, psycopg.OperationalError):  # Django's own, while at work
        return f"the database failed: {str(error).strip().splitlines()[0]}; mend it and run the same command again"
    return ""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """tracte: citizen attention that treats each person whole."""


def say(result: dict, as_json: bool, line: str) -> None:
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else line)


@cli.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands."""
    installation.boot()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tracte manage", *arguments])


@cli.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--demo", type=click.Choice(["small", "large", "none"]), default="none", show_default=True)
@click.option("--workers", default=1, show_default=True)
def up(port: int, demo: str, workers: int) -> None:
    """Database, schema, demo, web and workers; Ctrl-C stops all."""
    from tracte.config import serving

    serving.up(port=port, demo=demo, workers=workers)


@cli.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--channel", required=True, help="Key of the channel account.")
@click.option("--mapping", default="", help="Name of a ready mapping or a YAML file, for tables.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True)
def import_(file: Path, channel: str, mapping: str, dry_run: bool, as_json: bool) -> None:
    """Bring a file of any channel in: CSV, NDJSON, Parquet, mbox/eml, Telegram. Again: all duplicates."""
    administration = installation.ready()
    from tracte.channels.importing import import_file

    done = import_file(administration, file, channel=channel, mapping=mapping, dry_run=dry_run)
    line = f"{done.received} received: {done.new} new, {done.duplicate} duplicate, {done.rejected} rejected"
    line += f", in {done.seconds} s"
    if done.rejects:
        line += f"\nrejects, with line and reason: {done.rejects}"
    say(asdict(done), as_json, line)
    if done.rejected == done.received:
        why = f"{done.rejects} says why" if done.rejects else "without --dry-run it says why"
        raise ValueError(f"{file}: nothing in it could come in; {why}")


@cli.group()
def channel() -> None:
    """Channel accounts."""


@channel.command("add")
@click.argument("key")
@click.option("--kind", required=True, help="email, telegram, webform, calls, visits or tabular.")
@click.option("--name", required=True)
@click.option("--mapping", default="")
@click.option("--own", multiple=True, help="An address of ours on this channel: what it writes goes out.")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    default=("attend",),
    show_default=True,
    help="What those who come in by it may be joined with others for; '' for nothing: they are never joined.",
)
def channel_add(key: str, kind: str, name: str, mapping: str, own: tuple[str, ...], purposes: tuple[str, ...]) -> None:
    """Open a channel account, or change its description."""
    administration = installation.ready()
    from django.core.validators import slug_re

    from tracte.channels import actions, connectors
    from tracte.core import tenancy

    connectors.connector(kind)
    if not slug_re.match(key):
        raise ValueError(f"the key {key!r} stands in addresses: only letters without accents, digits, - and _")
    with tenancy.acting_for(administration):
        account = actions.open_account(
            key=key, kind=kind, name=name, mapping=mapping, own=list(own), purposes=[one for one in purposes if one]
        )
    click.echo(f"{account.key}: {account.name} ({account.kind})")


@channel.command("key")
@click.argument("key")
@click.option("--name", default="", help="What the program is called.")
@click.option("--cases", is_flag=True, help="To open cases with, instead of handing interactions in.")
def channel_key(key: str, name: str, cases: bool) -> None:
    """Issue an API key bound to a channel account. It is shown once."""
    administration = installation.ready()
    from tracte.channels.importing import account
    from tracte.core import actions, tenancy

    with tenancy.acting_for(administration):
        scope = f"{'cases' if cases else 'interactions'}:{account(key).key}"
        secret = actions.issue_key(name=name or key, scopes=[scope], by=None)
    click.echo(secret)


@channel.command("way-out")
@click.argument("key")
def channel_way_out(key: str) -> None:
    """Say how the account sends: one JSON object on standard input, since it holds passwords; {} takes it back."""
    administration = installation.ready()
    from tracte.channels import actions
    from tracte.channels.importing import account
    from tracte.core import tenancy

    try:
        said = json.load(sys.stdin)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ValueError('standard input: write one JSON object, such as {"url": "smtp://user:password@host:587"}')
    with tenancy.acting_for(administration):
        actions.set_way_out(account(key), said)
    click.echo(f"{key}: {', '.join(said) or 'no way out of its own'}")


@channel.command("webhook")
@click.argument("key")
@click.option("--site", required=True, help="Where this installation answers, such as https://exemple.cat")
def channel_webhook(key: str, site: str) -> None:
    """Tell the account's platform where to deliver, with a new secret of ours."""
    administration = installation.ready()
    from tracte.channels import connecting

    click.echo(connecting.webhook(administration, key, site))


@channel.command("attend")
@click.argument("key")
@click.option("--since", default="now", show_default=True, help="An ISO date or time, now, or never.")
def channel_attend(key: str, since: str) -> None:
    """What comes in by the account from then on is somebody's to answer; what came before is only kept."""
    administration = installation.ready()
    import datetime as dt

    from django.utils import timezone

    from tracte.channels import actions
    from tracte.channels.importing import account
    from tracte.core import tenancy
    from tracte.core.clock import now

    try:
        at = {"now": now(), "never": None}[since] if since in ("now", "never") else dt.datetime.fromisoformat(since)
    except ValueError:
        raise ValueError(f"--since {since!r}: write a date such as 2026-11-02, now, or never") from None
    at = timezone.make_aware(at) if at and timezone.is_naive(at) else at
    with tenancy.acting_for(administration):
        actions.attend(account(key), at)
    click.echo(f"{key}: attended since {at.isoformat(timespec='minutes')}" if at else f"{key}: not attended")


@channel.command("revoke")
@click.argument("ending")
def channel_revoke(ending: str) -> None:
    """Revoke the API key that ends like this (the last 8 characters): from now on it opens nothing."""
    administration = installation.ready()
    from tracte.core import actions, tenancy
    from tracte.core.models import ApiKey

    with tenancy.acting_for(administration):
        found = list(ApiKey.objects.filter(prefix=ending[-8:]))
        if len(found) != 1:
            raise ValueError(f"{len(found)} keys end in {ending[-8:]!r}: give the last 8 characters of one key")
        actions.revoke_key(found[0], by=None)
    click.echo(f"revoked: {found[0].name}")


@cli.group()
def demo() -> None:
    """A believable government to try things on."""


@demo.command("generate")
@click.option("--people", default=3000, show_default=True)
@click.option("--interactions", default=12000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def demo_generate(people: int, interactions: int, seed: int, out: Path) -> None:
    """Write raw exports of every channel, with truth.csv (who is who)."""
    from tracte.config.demo import generate

    done = generate(people, interactions, seed, out)
    click.echo(f"tracte: {done}", err=True)
    click.echo(str(out))


@demo.command("load")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def demo_load(directory: Path, as_json: bool) -> None:
    """Load generated exports through the ordinary importers."""
    administration = installation.ready()
    from tracte.config import seeding
    from tracte.config.demo import loading

    seeding.furnish(administration)  # without vocabularies nobody knows which town or topic is meant
    done = loading.load(administration, directory)
    say(
        asdict(done),
        as_json,
        f"{done.new} new, {done.duplicate} duplicate, {done.rejected} rejected, in {done.seconds} s",
    )


cli.add_command(resolve)
cli.add_command(lake)
cli.add_command(inbox)


@cli.group()
def mail() -> None:
    """E-mail, read as the connector reads it."""


@mail.command("parse")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def mail_parse(paths: tuple[Path, ...], as_json: bool) -> None:
    """One line per message: what is new text, what is automatic, what bounced."""
    from tracte.channels.connectors.email import report

    errors = 0
    for line in report.lines(*paths):
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else f"{line['path']}: {line['subject']}")
        if "error" in line:
            click.echo(f"tracte: {line['error']}", err=True)
            errors += 1
    if errors:
        sys.exit(1)


@cli.group()
def vocabularies() -> None:
    """Topics, territories, languages, life events."""


@vocabularies.command("load")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--scheme", default=None)
@click.option("--json", "as_json", is_flag=True)
def vocabularies_load(files: tuple[Path, ...], scheme: str | None, as_json: bool) -> None:
    """Load SKOS, YAML or the official list of municipalities; with no file, the built-in small set."""
    administration = installation.ready()
    from tracte.config import seeding

    for result in seeding.load_vocabularies(administration, files, scheme):
        say(result, as_json, " ".join(f"{name}={value}" for name, value in result.items()))


@cli.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True)
def bench(names: tuple[str, ...], as_json: bool) -> None:
    """Named figures, each a ratio against its limit or a peer measured in the same run."""
    from tracte.config import bench as benches
    from tracte.config.bench import scratch

    if unknown := sorted(set(names) - set(benches.NAMES)):
        raise ValueError(f"no benchmark '{unknown[0]}'; there are: {', '.join(benches.NAMES)}")
    scratch.enter()
    try:
        results = benches.run(names or benches.NAMES)
    finally:
        scratch.leave()
    click.echo(json.dumps(results, ensure_ascii=False) if as_json else benches.table(results))
    if not all(r["ok"] for r in results.values()):
        sys.exit(1)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Configuration, keys, locales, queues and security settings: what is wrong and how to mend it."""
    installation.ready()
    from tracte.config import doctor as examination

    problems = examination.problems()
    say({"problems": problems}, as_json, "\n".join(problems) or "all well")
    if problems:
        sys.exit(1)

"""Mail that came back: RFC 3464 reports, and the prose that older or private mail software sends instead.

`{recipients, status, diagnostic}`. The class of `status` is the verdict: `4.x.x` still being tried, `5.x.x` given up,
even when the last attempt failed with a transient code (which `diagnostic` keeps): a 4.4.7 after five days is 5.4.7.
"""

from __future__ import annotations

import re

from tracte.channels.connectors.email import automatic
from tracte.channels.connectors.email.content import Content
from tracte.channels.connectors.email.headers import Headers, words
from tracte.channels.connectors.email.text import clean, decode
from tracte.channels.connectors.email.values import Address, addresses

_MAX_PROSE = 20_000
_MAX_REPORT = 1 << 20
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]{1,64}"
_ADDRESS = re.compile(rf"(?<![\w.])(?!['*]){_ATOM}(?:\.{_ATOM})*@(?:[\w-]+\.)+[a-z]{{2,}}\b", re.I)
_ADDRESS_LINE = re.compile(rf"^[ \t>*<\"'-]{{0,20}}({_ADDRESS.pattern})", re.I | re.M)
_FAILED = re.compile(
    r"(could|can) ?not be deliver|unable to deliver|not (been )?able to deliver|undeliver(able|ed)|not delivered"
    r"|non-?delivery|deliver(y|ing)? (has )?(fail|problem)|fail(ed|ure) (delivery|notice)|mail (delivery )?fail"
    r"|did not (reach|receive)|wasn't able to deliver|permanent(ly)? (fatal|error|delivery)|failed permanently"
    r"|delivery to the following recipients|fatal (delivery )?error|no such user|user unknown|unknown user"
    r"|user not (known|found)|mailbox is full|returned because|could not be reached|delivery notifications"
    r"|recipients? was aborted|attempting to deliver|encountered delivery problems|not accepting mail"
    r"|no (s['’]ha pogut|es pot) (lliurar|entregar)|no (se )?(pudo|puede|ha podido) (ser )?entrega"
    r"|n['’]a (pas )?pu (e|ê)tre (remis|d[ée]livr|distribu)|non remis"
    r"|не может быть доставлено|konnte nicht zugestellt",
    re.I,
)
_DELAYED = re.compile(
    r"warning (message )?only|just a warning|not yet (been delivered|received)|still being retried|will be retried"
    r"|has been (delayed|postponed)|delivery attempts will continue|continue to (try|attempt)|about a delay"
    r"|delivery status notification \(delay|advisory-only|se seguir[áa] intentando|es continuar[àa] intentant",
    re.I,
)
_SUBJECT = re.compile(
    r"\s*(undeliver|non-?delivery|mail (could not be deliver|delivery|failed)|deliver(y|ing) .{0,20}fail|returned mail"
    r"|failure (notice|delivery)|no (s['’]ha pogut|es pot) lliurar|no se (puede|ha podido) entregar|no entregad"
    r"|no lliurat|non remis|warning: .*user unknown)"
    r"|.*: non remis( \(.*)?$",
    re.I,
)
_RETURNED = re.compile(  # after dashes
    r".{0,20}(original message|returned m|below this line|unsent message|message (text|header)|copy of (the|your)"
    r"|header of the|session transcript|transcript of|mensaje original|missatge original)",
    re.I,
)
_INCLUDED = re.compile(
    r"(the )?original message (follows|attached)|(below|here|included) is a copy of|old message:|the first \d+ lines of"
    r"|your message reads",
    re.I,
)
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_LISTED = re.compile(r"^<[^<>\s]+@[^<>\s]+>:", re.M)  # qmail's form, in any language
_INTRODUCED = re.compile(r"(following recipients?|not delivered to the following|not accepting mail)[^:]*:\s*$", re.I)
_BARE_NAME = re.compile(r"^[ \t]+([\w.-]+)(?:[ \t]{2,}.*)?$")
_NAME_AT = re.compile(r"\b(?:at|to|emailing) NAME@([\w.-]+\w)")


def find(headers: Headers, content: Content, sender: Address | None, subject: str) -> dict | None:
    """The bounce that this mail is, or None."""
    if reports := content.reports.get("message/delivery-status"):
        groups = [group for report in reports for group in _groups(report[:_MAX_REPORT])]
        if any("action" in group or "final-recipient" in group for group in groups):
            return _standard(groups)
    return _prose(headers, content, sender, subject)


def _groups(report: bytes) -> list[dict[str, str]]:
    """Field groups of a delivery status, one of the message and one of each recipient (RFC 3464, 2.1)."""
    text = clean(decode(report, "utf-8")[0])
    groups = []
    for block in re.split(r"\n[ \t]*\n", text):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        pairs = (line.partition(":") for line in unfolded.split("\n"))
        groups.append({name.strip().lower(): value.strip() for name, _, value in pairs})
    return groups


def _standard(groups: list[dict[str, str]]) -> dict | None:
    failed = [group for group in groups if group.get("action", "").lower().startswith(("fail", "error"))]
    delayed = [group for group in groups if group.get("action", "").lower().startswith("delay")]
    silent = [group for group in groups if "final-recipient" in group and "action" not in group]
    about = failed or delayed or silent
    if not about:
        return None  # delivered, relayed, expanded: a receipt
    recipients = [recipient for group in about if (recipient := _recipient(group))]
    codes = [code for group in about for code in (group.get("status", ""), group.get("diagnostic-code", ""))]
    diagnostic = next((group["diagnostic-code"] for group in about if group.get("diagnostic-code")), "")
    return _verdict(recipients, "4" if about is delayed else "5", codes, diagnostic)


def _recipient(group: dict[str, str]) -> str:
    """The address we wrote to, when the report tells it; where it finally led, when not."""
    for name in ("original-recipient", "final-recipient"):
        value = group.get(name, "")
        kind, semicolon, rest = value.partition(";")
        if found := _ADDRESS.search(_xtext(rest) if semicolon and "822" in kind else value if not semicolon else ""):
            return found[0]
    return ""


def _xtext(value: str) -> str:
    """RFC 3461: `+2B` stands for `+`."""
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), value)


def _prose(headers: Headers, content: Content, sender: Address | None, subject: str) -> dict | None:
    said = bool(_SUBJECT.match(subject))
    reported = "report-type=delivery-status" in headers.raw("content-type").replace('"', "").lower()
    machine = reported or bool(content.reports) or not sender or automatic.is_daemon(headers, sender)
    if not machine and (not said or (sender and sender.name)):
        return None  # people forward bounces and write about them; it also keeps their mail off the patterns below
    notice = _notice(content.text)
    told = [one.address for one in addresses(headers.raw("x-failed-recipients")) if one.address]
    ours = {one.address.lower() for name in ("to", "cc") for one in addresses(headers.raw(name))}
    recipients = told or _named(notice, ours, sender)
    failed, delayed = _FAILED.search(notice), _DELAYED.search(f"{subject}\n{notice}")
    if machine:
        listed = recipients and (reported or _LISTED.search(notice))
        is_bounce = bool(said or failed or delayed or told or listed)
    else:
        is_bounce = bool(failed and (recipients or content.original))
    if not is_bounce:
        return None
    code = _CODE.search(notice)
    diagnostic = notice[notice.rfind("\n", 0, code.start()) + 1 :].split("\n")[0].strip() if code else ""
    return _verdict(recipients, "4" if delayed else "5", [notice], diagnostic)


def _notice(text: str) -> str:
    """What the mail software says, without the mail that it returns."""
    said: list[str] = []
    addressed = False
    for line in text[:_MAX_PROSE].split("\n"):
        bare = line.lstrip(" \t|*=#>")
        returned = _RETURNED.match(bare.lstrip("- ")) if bare.startswith("--") else _INCLUDED.match(bare)
        if returned and addressed:
            break
        addressed = addressed or "@" in line
        said.append(line)
    return "\n".join(said)


def _named(notice: str, ours: set[str], sender: Address | None) -> list[str]:
    """Bare names; else addresses that begin a line; else any, after the words of failure rather than before them."""
    by = sender.address.lower() if sender else ""
    if bare := _bare(notice, by):
        return bare
    notice = notice.replace("SMTP=", " ")  # Exchange's X.400 names
    failed = _FAILED.search(notice)
    after = notice[failed.end() :] if failed else ""
    for pattern, text in ((_ADDRESS_LINE, notice), (_ADDRESS, after), (_ADDRESS, notice)):
        found = {one.lower(): one for one in pattern.findall(text) if not automatic.is_daemon_address(one)}
        if named := [one for lower, one in found.items() if lower not in ours and lower != by]:
            return named
    return []


def _bare(notice: str, by: str) -> list[str]:
    """AOL and phquery name mailboxes without their domain."""
    domains = list(dict.fromkeys(_NAME_AT.findall(notice))) or [by.partition("@")[2]]
    lines = notice.split("\n")
    for number, line in enumerate(lines):
        if _INTRODUCED.search(f"{lines[number - 1]} {line}" if number else line):
            names = [found[1] for after in lines[number + 1 : number + 8] if (found := _BARE_NAME.match(after))]
            return [f"{name}@{domain}" for name in names for domain in domains if domain]
    return []


def _verdict(recipients: list[str], kind: str, told: list[str], diagnostic: str) -> dict:
    code = next((found for text in told if (found := _CODE.search(text)) and found[2] + found[3] != "00"), None)
    status = f"{kind}.{code[2]}.{code[3]}" if code else f"{kind}.0.0"
    unique: dict[str, str] = {}
    for recipient in recipients:
        unique.setdefault(recipient.lower(), recipient)
    return {"recipients": list(unique.values()), "status": status, "diagnostic": words(diagnostic)[:500]}

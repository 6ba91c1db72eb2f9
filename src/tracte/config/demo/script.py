"""What the cast says word by word: `merce.yml`, moved with the last day of the demo."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files

import yaml

from tracte.config.demo import plan, seasons
from tracte.config.demo.people import CHANNELS
from tracte.config.demo.population import LAST_DAY
from tracte.config.demo.rhythm import DAY

_STEPS = {name.lower(): getattr(plan, name) for name in ("ASK", "MORE", "COMPLAIN", "THANK", "ANSWER", "ALERT")}


@cache
def lines() -> list[dict]:
    """Every line as written, in the order of time."""
    text = files(__package__).joinpath("merce.yml").read_text("utf-8")
    return sorted(yaml.load(text, yaml.CSafeLoader), key=lambda line: line["at"])


def play(into: plan.Plan, until: dt.date) -> None:
    """Put every line into the plan, on its weekday."""
    weeks = (until - LAST_DAY).days // 7 * 7
    for number, line in enumerate(lines()):
        at = dt.datetime.strptime(line["at"], "%Y-%m-%d %H.%M")
        moment = (at.toordinal() + weeks) * DAY + at.hour * 3600 + at.minute * 60
        topic = seasons.codes().index(line["topic"])
        step = _STEPS[line.get("step", "ask")]
        into.add(line.get("person", 1), moment, CHANNELS.index(line["by"]), topic, step, plan.SCRIPT, number)

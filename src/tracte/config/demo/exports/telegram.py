"""telegram.ndjson: updates as the Bot API delivers them, one a line; what the bot answered as well."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tracte.config.demo import phrases, plan, rhythm
from tracte.config.demo.exports.lines import dumps
from tracte.config.demo.names import nicknames
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact

BOT = {"id": 7000000001, "is_bot": True, "first_name": "Govern d'Exemple", "username": "exemple_atencio_bot"}
SHARES_CONTACT = 0.9  # of the users let Telegram vouch for their number: the bot asks before it speaks of a case
_PHOTO = {"file_unique_id": "AQADexemple", "width": 1280, "height": 960, "file_size": 183204}


class Telegram:
    """Writes updates; private chats bear the id of their user."""

    name = "telegram.ndjson"

    def __init__(self, folder: Path) -> None:
        self._file = (folder / self.name).open("w", encoding="utf-8", newline="\n")
        self._count = 0

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one update: `<chat_id>:<message_id>`, which always shows a person."""
        self._count += 1
        user = account(contact.person, said)
        chat = {key: value for key, value in user.items() if key not in ("is_bot", "language_code")} | {
            "type": "private"
        }
        sender = BOT if contact.outbound else user
        message = {"message_id": self._count, "from": sender, "chat": chat, "date": rhythm.unix(contact.moment)}
        message |= _content(contact, rng, said, user)
        self._file.write(dumps({"update_id": 500_000_000 + self._count, "message": message}))
        return f"{chat['id']}:{self._count}", True

    def close(self) -> None:
        self._file.close()


def account(person: Person, said: dict) -> dict:
    """Their account as they once filled it in."""
    habit, number = person.trait(11), 100_000_000 + person.number * 7_368_787 % 900_000_000
    first, last = person.given, person.surname
    if habit < 0.3:
        last = ""
    elif habit < 0.42 and (known := nicknames().get(first)):
        first = known[0]
    elif habit < 0.5:
        first, last = first[:1] + ".", last
    elif habit < 0.58:
        last = f"{last} 🌿"
    elif habit > 0.85 and person.surname2:
        last = f"{last} {person.surname2}"
    if said:
        first, last = person.given, person.surname
    user = {"id": number, "is_bot": False, "first_name": first}
    if last:
        user["last_name"] = last
    if person.trait(12) < 0.4:
        user["username"] = f"usuari_{number % 1_000_003}"
    language = person.language if person.language != "oc" else "ca"
    return user | {"language_code": language}


def _content(contact: Contact, rng: Random, said: dict, user: dict) -> dict:
    person = contact.person
    if contact.outbound:
        return {"text": said.get("text") or phrases.reply(contact, rng)}
    asked = rng.random() < (0.8 if contact.step == plan.ASK else 0.4)
    shares = asked and person.mobile and person.trait(13) < SHARES_CONTACT
    if said.get("shares_contact") or (shares and not said):
        number = person.mobile_on(contact.day)
        return {"contact": {"phone_number": f"34{number}", "first_name": user["first_name"], "user_id": user["id"]}}
    text = said.get("text") or phrases.short(contact, rng)
    if contact.step == plan.ASK and not said and rng.random() < 0.05:
        return {"photo": [_PHOTO | {"file_id": f"AgAC{rng.getrandbits(48):012x}"}], "caption": text}
    return {"text": text}

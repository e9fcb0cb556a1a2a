"""A folder instead of a mail server, for development: each email is a file that any mail program opens."""

import os
from pathlib import Path

from passport_api.domain.outbox import Delivered, Failed, Fault, Outcome
from passport_api.senders.contract import Email
from passport_api.senders.mime import AddressUnusable, message_of


class MailFolder:
    """Writes each email into a file of its owner's alone, named by the notice's id: the same again, it is one file."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, email: Email) -> Outcome:
        """Write an email; see `Mailer.send`."""
        try:
            content = message_of(email, self._sender).as_bytes()
        except AddressUnusable:
            return Failed(Fault.MAIL_REFUSED, for_good=True)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._folder / f".{email.notice_id}.new"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            draft.replace(self._folder / f"{email.notice_id}.eml")
        except OSError:
            return Failed(Fault.MAIL_PUT_OFF)
        return Delivered()

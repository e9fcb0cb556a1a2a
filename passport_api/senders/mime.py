"""An email as it goes over the wire: text and HTML, an id that is the same at every try, no answers from machines."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from passport_api.senders.contract import Email


class AddressUnusable(Exception):
    """No email can be addressed so."""


def message_of(email: Email, sender: str) -> EmailMessage:
    """Write an email.

    Its Message-ID is made of the notice's id and the sender's domain (RFC 5322 section 3.6.4); it says that a machine
    sent it (RFC 3834), so that out-of-office replies stay where they are.

    Raises:
        AddressUnusable: the address is none.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = email.to
        message["Subject"] = email.letter.subject
    except (ValueError, IndexError) as error:  # a line break, or what the parser of addresses trips over
        raise AddressUnusable from error
    if len(message["To"].addresses) != 1 or not message["To"].addresses[0].domain:
        raise AddressUnusable
    message["Date"] = format_datetime(email.at)
    message["Message-ID"] = f"<{email.notice_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(email.letter.text)
    message.add_alternative(email.letter.html, subtype="html")
    return message


def domain_of(sender: str) -> str:
    """The domain of a sender, such as `Passport <no-reply@passport.example>`."""
    return sender.rpartition("@")[2].rstrip("> ")

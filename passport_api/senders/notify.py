"""Email by GOV.UK Notify, where an authority uses it: https://docs.notifications.service.gov.uk/python.html.

Its client is an extra: `pip install passport-api[notify]`. The template has the subject `((subject))` and the body
`((body))`; Notify makes the HTML.
"""

import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol, cast

from passport_api.config import SettingInvalid
from passport_api.domain.outbox import Delivered, Failed, Fault, Outcome
from passport_api.senders.contract import Email

SECONDS = 10
API = "https://api.notifications.service.gov.uk"


class NotifyClient(Protocol):
    """What is used of `notifications_python_client`, which has no types."""

    def get_all_notifications(self, *, template_type: str, reference: str) -> dict[str, Any]:
        """What was sent with a reference in the last seven days."""
        ...

    def send_email_notification(
        self, *, email_address: str, template_id: str, personalisation: dict[str, str], reference: str
    ) -> object:
        """Hand an email over."""
        ...


class NotifyMailer:
    """Hands emails to GOV.UK Notify. A notice's id is its reference, and Notify is asked first whether it has it."""

    def __init__(self, client: NotifyClient, template_id: str) -> None:
        self._client = client
        self._template_id = template_id
        self._turn = threading.Lock()  # the client is not thread-safe

    def send(self, email: Email) -> Outcome:
        """Hand an email over; see `Mailer.send`."""
        from notifications_python_client.errors import APIError  # noqa: PLC0415 - an extra: see above

        try:
            with self._turn:
                return self._sent(email)
        except APIError as error:
            return _failed(error.status_code)
        except OSError:
            return Failed(Fault.NO_ANSWER)

    def _sent(self, email: Email) -> Outcome:
        known = self._client.get_all_notifications(template_type="email", reference=email.notice_id)
        if known["notifications"]:
            return Delivered()
        self._client.send_email_notification(
            email_address=email.to,
            template_id=self._template_id,
            personalisation={"subject": email.letter.subject, "body": email.letter.text},
            reference=email.notice_id,
        )
        return Delivered()


def open_notify(key: str, template_id: str, url: str = API) -> NotifyMailer:
    """Open a way to GOV.UK Notify.

    Raises:
        SettingInvalid: its client is not installed, or the template is missing.
    """
    if not template_id:
        raise SettingInvalid("PASSPORT_NOTIFY_TEMPLATE is missing: the id of a template with ((subject)) and ((body)).")
    try:
        from notifications_python_client import notifications  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SettingInvalid("PASSPORT_NOTIFY_KEY needs `pip install passport-api[notify]`.") from error
    make = cast("Callable[..., NotifyClient]", notifications.NotificationsAPIClient)
    return NotifyMailer(make(key, base_url=url, timeout=SECONDS), template_id)


def _failed(status: int) -> Failed:
    """What Notify's answer means: 400 is the email's own fault, 403 is the key's."""
    if status == HTTPStatus.BAD_REQUEST:
        return Failed(Fault.MAIL_REFUSED, for_good=True)
    if status == HTTPStatus.FORBIDDEN:
        return Failed(Fault.MAIL_SIGN_IN)
    return Failed(Fault.MAIL_PUT_OFF)

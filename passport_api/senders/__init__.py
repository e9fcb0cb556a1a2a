"""What notices go out by: email through a mail server, GOV.UK Notify or a folder; and signed events to webhooks."""

from pathlib import Path

from passport_api.config import SettingInvalid, Settings
from passport_api.senders import notify, smtp
from passport_api.senders.contract import Mailer, Senders
from passport_api.senders.folder import MailFolder
from passport_api.senders.webhook import WebhookPoster

__all__ = ["open_senders"]

_NOBODY = "no-reply@passport.localhost"


def open_senders(settings: Settings) -> Senders:
    """Open what the settings name.

    Raises:
        SettingInvalid: they name no way for emails, or one that makes no sense.
    """
    return Senders(_mailer(settings), WebhookPoster(loopback=settings.webhooks_loopback))


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url:
        if not settings.mail_from:
            raise SettingInvalid("PASSPORT_MAIL_FROM is missing: whom emails are from, such as no-reply@HOST.")
        return smtp.SmtpMailer(smtp.parse(settings.smtp_url), settings.mail_from)
    if settings.notify_key:
        return notify.open_notify(settings.notify_key, settings.notify_template, settings.notify_url)
    if settings.mail_folder:
        return MailFolder(Path(settings.mail_folder), settings.mail_from or _NOBODY)
    raise SettingInvalid("PASSPORT_SMTP_URL is missing, or PASSPORT_NOTIFY_KEY: emails would go nowhere.")

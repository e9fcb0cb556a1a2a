"""Settings, from the environment. Every name begins with PASSPORT_; a value that makes no sense stops the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

_MOST = 64  # processes or threads: more is a mistake
_DAY_SECONDS = 86400
_DATABASES = ("sqlite:///", "postgresql+psycopg://")
NO_ANCHORS = "none"
"""What PASSPORT_ANCHORS says where the log is kept nowhere but in the database."""


class SettingInvalid(Exception):
    """A setting has a value that cannot be used. Names the setting, never its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service is run.

    Attributes:
        database_url: an SQLAlchemy URL.
        key_url: where the key provider is, such as file:/etc/passport/keys.json.
        base_url: how people reach the service; links begin with it.
        log_origin: the access log's unique name, in every checkpoint; it must never change.
        limits_url: where sign-in attempts are counted: memory:// or redis://….
        trusted_hosts: the Host names answered; empty answers any.
        proxies: how many trusted proxies stand in front, each adding to X-Forwarded-For; 0 believes no such header.
        workers: processes that serve.
        threads: threads in each.
        wait_seconds: how long a request waits for the database before it is answered 503.
        anchors: where the log's checkpoints are kept outside the database: file:PATH, witness:URL#KEY.
        anchor_entries: how many log entries there are at most between two checkpoints.
        anchor_seconds: how many seconds there are at most between two checkpoints, when there is anything new.
        key_outage_seconds: for how long data keys in memory may be used beyond their age (five minutes) while the key
            provider does not answer; 0 is not at all.
        log_mldsa: whether checkpoints carry a second signature, of ML-DSA-65.
        smtp_url: the mail server that emails go by: smtps://USER:PASSWORD@HOST:PORT, or smtp:// for STARTTLS.
        notify_key: GOV.UK Notify's API key, where emails go by that instead.
        notify_template: the id of its template, with ((subject)) and ((body)).
        notify_url: where Notify is.
        mail_folder: where emails are written as files, where neither of these is given: for development.
        mail_from: whom emails are from.
        webhooks_loopback: whether webhooks may lead to this machine, and by http: for development only.
        notice_seconds: for how long a worker that takes a notice keeps it from others: after a crash, it is tried again
            when that is over. Longer than any delivery takes.
    """

    database_url: str
    key_url: str
    base_url: str = "http://127.0.0.1:8000"
    log_origin: str = "passport.localhost/access-log"
    limits_url: str = "memory://"
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    workers: int = 2
    threads: int = 4
    wait_seconds: int = 8
    anchors: tuple[str, ...] = ()
    anchor_entries: int = 1000
    anchor_seconds: int = 30
    key_outage_seconds: int = 900
    log_mldsa: bool = False
    smtp_url: str = field(default="", repr=False)
    notify_key: str = field(default="", repr=False)
    notify_template: str = ""
    notify_url: str = "https://api.notifications.service.gov.uk"
    mail_folder: str = ""
    mail_from: str = ""
    webhooks_loopback: bool = False
    notice_seconds: int = 180

    @property
    def https(self) -> bool:
        """Whether people reach the service by https."""
        return self.base_url.startswith("https://")


def for_folder(folder: Path, base_url: str = "http://127.0.0.1:8000") -> Settings:
    """Settings for a service that keeps everything in one folder: an SQLite database and a key file."""
    return Settings(
        database_url=f"sqlite:///{folder.resolve() / 'passport.db'}",
        key_url=f"file:{folder.resolve() / 'keys.json'}",
        base_url=base_url,
        anchors=(f"file:{folder.resolve() / 'anchors' / 'log.anchor'}",),
    )


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read settings.

    PASSPORT_DATA names a folder that holds everything, or else PASSPORT_DATABASE_URL and PASSPORT_KEY_URL are given;
    given with it, they come before it.

    Raises:
        SettingInvalid: one is missing or makes no sense.
    """
    folder = environment.get("PASSPORT_DATA")
    start = for_folder(Path(folder)) if folder else Settings("", "")
    hosts = environment.get("PASSPORT_TRUSTED_HOSTS", "")
    settings = replace(
        start,
        database_url=environment.get("PASSPORT_DATABASE_URL", start.database_url),
        key_url=environment.get("PASSPORT_KEY_URL", start.key_url),
        base_url=environment.get("PASSPORT_BASE_URL", start.base_url).rstrip("/"),
        log_origin=environment.get("PASSPORT_LOG_ORIGIN", start.log_origin),
        limits_url=environment.get("PASSPORT_LIMITS_URL", start.limits_url),
        trusted_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        proxies=_count(environment, "PASSPORT_PROXIES", start.proxies, least=0),
        workers=_count(environment, "PASSPORT_WORKERS", start.workers),
        threads=_count(environment, "PASSPORT_THREADS", start.threads),
        wait_seconds=_count(environment, "PASSPORT_WAIT_SECONDS", start.wait_seconds),
        anchor_entries=_count(environment, "PASSPORT_ANCHOR_ENTRIES", start.anchor_entries, most=1_000_000),
        anchor_seconds=_count(environment, "PASSPORT_ANCHOR_SECONDS", start.anchor_seconds, most=3600),
        key_outage_seconds=_count(
            environment, "PASSPORT_KEY_OUTAGE_SECONDS", start.key_outage_seconds, least=0, most=_DAY_SECONDS
        ),
        log_mldsa=_is_on(environment, "PASSPORT_LOG_MLDSA"),
    )
    settings = _with_notices(settings, environment)
    for name, value in (("PASSPORT_DATABASE_URL", settings.database_url), ("PASSPORT_KEY_URL", settings.key_url)):
        if not value:
            raise SettingInvalid(f"{name} is missing; or give PASSPORT_DATA, a folder that holds everything.")
    if not _is_database_url(settings.database_url):
        raise SettingInvalid(
            "PASSPORT_DATABASE_URL must be sqlite:///FILE or postgresql+psycopg://USER@HOST:PORT/NAME."
        )
    return replace(settings, anchors=_anchors(environment, start))


def to_environment(settings: Settings) -> dict[str, str]:
    """Write settings as the environment that gives them back: how worker processes learn them."""
    return {
        "PASSPORT_DATABASE_URL": settings.database_url,
        "PASSPORT_KEY_URL": settings.key_url,
        "PASSPORT_BASE_URL": settings.base_url,
        "PASSPORT_LOG_ORIGIN": settings.log_origin,
        "PASSPORT_LIMITS_URL": settings.limits_url,
        "PASSPORT_TRUSTED_HOSTS": ",".join(settings.trusted_hosts),
        "PASSPORT_PROXIES": str(settings.proxies),
        "PASSPORT_WORKERS": str(settings.workers),
        "PASSPORT_THREADS": str(settings.threads),
        "PASSPORT_WAIT_SECONDS": str(settings.wait_seconds),
        "PASSPORT_ANCHORS": ",".join(settings.anchors) or NO_ANCHORS,
        "PASSPORT_ANCHOR_ENTRIES": str(settings.anchor_entries),
        "PASSPORT_ANCHOR_SECONDS": str(settings.anchor_seconds),
        "PASSPORT_KEY_OUTAGE_SECONDS": str(settings.key_outage_seconds),
        "PASSPORT_LOG_MLDSA": "on" if settings.log_mldsa else "off",
        "PASSPORT_SMTP_URL": settings.smtp_url,
        "PASSPORT_NOTIFY_KEY": settings.notify_key,
        "PASSPORT_NOTIFY_TEMPLATE": settings.notify_template,
        "PASSPORT_NOTIFY_URL": settings.notify_url,
        "PASSPORT_MAIL_FOLDER": settings.mail_folder,
        "PASSPORT_MAIL_FROM": settings.mail_from,
        "PASSPORT_WEBHOOKS_LOOPBACK": "on" if settings.webhooks_loopback else "off",
        "PASSPORT_NOTICE_SECONDS": str(settings.notice_seconds),
    }


def _with_notices(start: Settings, environment: Mapping[str, str]) -> Settings:
    return replace(
        start,
        smtp_url=environment.get("PASSPORT_SMTP_URL", start.smtp_url),
        notify_key=environment.get("PASSPORT_NOTIFY_KEY", start.notify_key),
        notify_template=environment.get("PASSPORT_NOTIFY_TEMPLATE", start.notify_template),
        notify_url=environment.get("PASSPORT_NOTIFY_URL", start.notify_url),
        mail_folder=environment.get("PASSPORT_MAIL_FOLDER", start.mail_folder),
        mail_from=environment.get("PASSPORT_MAIL_FROM", start.mail_from),
        webhooks_loopback=_is_on(environment, "PASSPORT_WEBHOOKS_LOOPBACK"),
        notice_seconds=_count(environment, "PASSPORT_NOTICE_SECONDS", start.notice_seconds, most=3600),
    )


def _anchors(environment: Mapping[str, str], start: Settings) -> tuple[str, ...]:
    text = environment.get("PASSPORT_ANCHORS", ",".join(start.anchors))
    if not text:
        raise SettingInvalid(
            "PASSPORT_ANCHORS is missing: name a file outside the database, such as file:/var/lib/anchors/log.anchor, "
            f"or say {NO_ANCHORS}, and then nobody notices when the database is rolled back."
        )
    named = tuple(each.strip() for each in text.split(",") if each.strip())
    if not named:
        raise SettingInvalid("PASSPORT_ANCHORS names no anchor.")
    return () if named == (NO_ANCHORS,) else named


def _is_database_url(url: str) -> bool:
    try:
        return url.startswith(_DATABASES) and urlsplit(url).port != 0
    except ValueError:  # a port that is no number
        return False


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "off")
    if text not in {"on", "off"}:
        raise SettingInvalid(f"{name} must be on or off.")
    return text == "on"


def _count(environment: Mapping[str, str], name: str, default: int, least: int = 1, most: int = _MOST) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingInvalid(f"{name} must be a number from {least} to {most}.")
    return int(text)

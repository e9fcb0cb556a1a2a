"""The base of every table, and the type of a place in the log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase

from passport_api.store._types import UtcDateTime

Position = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can find it on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class setting
        datetime: UtcDateTime,
        bytes: LargeBinary,
        str: String(64),
        UUID: Uuid,
    }

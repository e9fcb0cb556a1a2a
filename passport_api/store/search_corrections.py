"""Corrections of what a search found: taken for a while, and carried out statement by statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Update, and_, delete, func, insert, literal, or_, select, update

from passport_api.domain.ids import AccountId, OrganisationId, PassportId, SearchCorrectionId, SearchId, StatementId
from passport_api.domain.searches import CorrectionFacts, Hit, SearchStatus
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """A correction of what a search found, as kept.

    Attributes:
        sealed: what is to become of the statements; None once that is forgotten.
        sealed_maker: the identity of who asked for it.
        organisation_id: whose search it was.
        sealed_search: what the search looked for; None once that is forgotten.
    """

    facts: CorrectionFacts
    sealed: bytes | None
    sealed_maker: bytes
    organisation_id: OrganisationId
    sealed_search: bytes | None


_CORRECTION = (
    select(
        m.SearchCorrection.id,
        m.SearchCorrection.search_id,
        m.SearchCorrection.made_by,
        m.SearchCorrection.made_at,
        m.SearchCorrection.state,
        m.SearchCorrection.done,
        m.SearchCorrection.items,
        m.SearchCorrection.corrected,
        m.SearchCorrection.ended_at,
        m.SearchCorrection.sealed_correction,
        m.Account.sealed_identity,
        m.Search.organisation_id,
        m.Search.sealed_search,
    )
    .join(m.Account, m.Account.id == m.SearchCorrection.made_by)
    .join(m.Search, m.Search.id == m.SearchCorrection.search_id)
)
_UNFINISHED = m.SearchCorrection.ended_at.is_(None)


def add(uow: UnitOfWork, facts: CorrectionFacts, sealed: bytes, statement_ids: Collection[StatementId] | None) -> int:
    """Keep a new correction of some of what a search found, or of all of it; gives of how many statements."""
    uow.connection.execute(
        insert(m.SearchCorrection).values(
            id=facts.correction_id,
            search_id=facts.search_id,
            made_by=facts.made_by,
            made_at=facts.made_at,
            sealed_correction=sealed,
            state=facts.status.value,
            done=0,
            items=0,
            corrected=0,
        )
    )
    hit, item = m.SearchHit, m.SearchCorrectionItem
    correction_id = literal(facts.correction_id, item.correction_id.type)
    chosen = select(correction_id, hit.statement_id, hit.passport_id, hit.version)
    chosen = chosen.where(hit.search_id == facts.search_id)
    if statement_ids is not None:
        chosen = chosen.where(hit.statement_id.in_(statement_ids))
    columns = ["correction_id", "statement_id", "passport_id", "version"]
    uow.connection.execute(insert(item).from_select(columns, chosen))
    items = select(func.count()).select_from(item).where(item.correction_id == facts.correction_id)
    count = uow.connection.execute(items).scalar_one()
    uow.connection.execute(_this(facts.correction_id).values(items=count))
    return count


def find(uow: UnitOfWork, correction_id: SearchCorrectionId) -> CorrectionRecord | None:
    """The correction with this id, if there is one."""
    row = uow.connection.execute(_CORRECTION.where(m.SearchCorrection.id == correction_id)).one_or_none()
    return None if row is None else _record(row)


def of_search(
    uow: UnitOfWork, search_id: SearchId, after: SearchCorrectionId | None, limit: int
) -> list[CorrectionRecord]:
    """The corrections of what a search found, newest first."""
    query = _CORRECTION.where(m.SearchCorrection.search_id == search_id)
    query = query.order_by(m.SearchCorrection.id.desc()).limit(limit)
    if after is not None:
        query = query.where(m.SearchCorrection.id < after)
    return [_record(row) for row in uow.connection.execute(query)]


def any_free(uow: UnitOfWork, at: datetime) -> bool:
    """Whether there is a correction to take: a look that holds nobody up."""
    return uow.connection.execute(select(m.SearchCorrection.id).where(_is_free(at)).limit(1)).first() is not None


def claim(uow: UnitOfWork, at: datetime, until: datetime) -> SearchCorrectionId | None:
    """Take the oldest correction that nobody has; nobody else takes it until then, unless it is let go before."""
    free = select(m.SearchCorrection.id).where(_is_free(at)).order_by(m.SearchCorrection.id).limit(1)
    row = uow.connection.execute(free.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    correction_id = SearchCorrectionId(row[0])
    taken = {"claimed_until": until, "state": SearchStatus.RUNNING.value}
    uow.connection.execute(_this(correction_id).values(taken))
    return correction_id


def extend(uow: UnitOfWork, correction_id: SearchCorrectionId, lease: datetime, until: datetime | None) -> bool:
    """Keep a correction that one has taken for longer, or let it go; False when one has it no more."""
    held = _this(correction_id).where(m.SearchCorrection.claimed_until == lease, _UNFINISHED)
    return uow.connection.execute(held.values(claimed_until=until)).rowcount == 1


def next_items(uow: UnitOfWork, correction_id: SearchCorrectionId, most: int) -> list[Hit]:
    """The statements that are to be corrected next."""
    item = m.SearchCorrectionItem
    query = select(item.statement_id, item.passport_id, item.version).where(item.correction_id == correction_id)
    rows = uow.connection.execute(query.order_by(item.statement_id).limit(most))
    return [Hit(StatementId(row[0]), PassportId(row[1]), row[2]) for row in rows]


def take_off(uow: UnitOfWork, correction_id: SearchCorrectionId, hit: Hit, *, corrected: bool) -> bool:
    """Take a statement off what is to be done, with what becomes of it; False when somebody has done so before."""
    item = m.SearchCorrectionItem
    this = delete(item).where(item.correction_id == correction_id, item.statement_id == hit.statement_id)
    if uow.connection.execute(this).rowcount != 1:
        return False
    done = {"done": m.SearchCorrection.done + 1, "corrected": m.SearchCorrection.corrected + int(corrected)}
    uow.connection.execute(_this(correction_id).values(done))
    return True


def end(uow: UnitOfWork, correction_id: SearchCorrectionId, status: SearchStatus, at: datetime) -> None:
    """Say that a correction has finished, or was cancelled: then what is left of it is left as it is."""
    item = m.SearchCorrectionItem
    uow.connection.execute(delete(item).where(item.correction_id == correction_id))
    ended = {"state": status.value, "ended_at": at, "claimed_until": None}
    uow.connection.execute(_this(correction_id).where(_UNFINISHED).values(ended))


def _is_free(at: datetime) -> ColumnElement[bool]:
    claimed = m.SearchCorrection.claimed_until
    return and_(_UNFINISHED, or_(claimed.is_(None), claimed <= at))


def _this(correction_id: SearchCorrectionId) -> Update:
    return update(m.SearchCorrection).where(m.SearchCorrection.id == correction_id)


def _record(row: AnyRow) -> CorrectionRecord:
    facts = CorrectionFacts(
        correction_id=SearchCorrectionId(row[0]),
        search_id=SearchId(row[1]),
        made_by=AccountId(row[2]),
        made_at=row[3],
        status=SearchStatus(row[4]),
        done=row[5],
        of=row[6],
        corrected=row[7],
        ended_at=row[8],
    )
    return CorrectionRecord(facts, row[9], row[10], OrganisationId(row[11]), row[12])

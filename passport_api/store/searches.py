"""Searches of a custodian's passports: taken for a while, carried on batch by batch, and what they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select, update

from passport_api.domain.ids import AccountId, OrganisationId, PassportId, SearchId, StatementId
from passport_api.domain.searches import Hit, HitOutcome, Progress, SearchFacts, SearchStatus
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork
from passport_api.store.statements import SealedStatement


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """A search as kept.

    Attributes:
        sealed: what it looks for; None once that is forgotten.
        sealed_maker: the identity of who made it.
        last_passport_id: the last passport that was looked through; None before the first.
    """

    facts: SearchFacts
    sealed: bytes | None
    sealed_maker: bytes
    last_passport_id: PassportId | None


@dataclass(frozen=True, slots=True)
class Advance:
    """What a batch adds to a search.

    Attributes:
        last_passport_id: the last passport that it looked through; None when there was none left.
    """

    looked_at: int
    unreadable: int
    hits: tuple[Hit, ...]
    last_passport_id: PassportId | None


_SEARCH = select(
    m.Search.id,
    m.Search.organisation_id,
    m.Search.made_by,
    m.Search.made_at,
    m.Search.state,
    m.Search.looked_at,
    m.Search.passports,
    m.Search.unreadable,
    m.Search.hits,
    m.Search.ended_at,
    m.Search.sealed_search,
    m.Account.sealed_identity,
    m.Search.last_passport_id,
).join(m.Account, m.Account.id == m.Search.made_by)
_STANDING = (  # made once: it is asked for every passport
    select(m.Statement.id, m.Statement.version, m.Statement.sealed_statement)
    .where(m.Statement.passport_id == bindparam("passport_id"), m.Statement.ended_at.is_(None))
    .order_by(m.Statement.id)
)
_UNFINISHED = m.Search.ended_at.is_(None)


def add(uow: UnitOfWork, facts: SearchFacts, sealed: bytes) -> None:
    """Keep a new search."""
    uow.connection.execute(
        insert(m.Search).values(
            id=facts.search_id,
            organisation_id=facts.organisation_id,
            made_by=facts.made_by,
            made_at=facts.made_at,
            sealed_search=sealed,
            state=facts.status.value,
            looked_at=0,
            passports=facts.progress.of,
            unreadable=0,
            hits=0,
        )
    )


def find(uow: UnitOfWork, search_id: SearchId) -> SearchRecord | None:
    """The search with this id, if there is one."""
    row = uow.connection.execute(_SEARCH.where(m.Search.id == search_id)).one_or_none()
    return None if row is None else _record(row)


def hold(uow: UnitOfWork, search_id: SearchId) -> None:
    """Hold a search until the transaction ends: nothing becomes of it meanwhile."""
    uow.connection.execute(select(m.Search.id).where(m.Search.id == search_id).with_for_update()).one_or_none()


def of_organisation(
    uow: UnitOfWork, organisation_id: OrganisationId, after: SearchId | None, limit: int
) -> list[SearchRecord]:
    """An organisation's searches, whatever became of them, newest first."""
    query = _SEARCH.where(m.Search.organisation_id == organisation_id).order_by(m.Search.id.desc()).limit(limit)
    if after is not None:
        query = query.where(m.Search.id < after)
    return [_record(row) for row in uow.connection.execute(query)]


def any_free(uow: UnitOfWork, at: datetime) -> bool:
    """Whether there is a search to take: a look that holds nobody up."""
    return uow.connection.execute(_free(select(m.Search.id), at)).first() is not None


def claim(uow: UnitOfWork, at: datetime, until: datetime) -> SearchId | None:
    """Take the oldest search that nobody has; nobody else takes it until then, unless it is let go before."""
    row = uow.connection.execute(_free(select(m.Search.id), at).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    taken = {"claimed_until": until, "state": SearchStatus.RUNNING.value}
    uow.connection.execute(update(m.Search).where(m.Search.id == row[0]).values(taken))
    return SearchId(row[0])


def advance(uow: UnitOfWork, search_id: SearchId, lease: datetime, until: datetime | None, by: Advance) -> bool:
    """Keep what a batch found, and where it ended; False when somebody else has the search, or it has ended.

    Args:
        uow: the transaction.
        search_id: which.
        lease: until when it was taken, by whoever looked through this batch.
        until: until when it is taken from now on; None to let it go.
        by: what the batch adds.
    """
    changed: dict[str, Any] = {
        "claimed_until": until,
        "looked_at": m.Search.looked_at + by.looked_at,
        "unreadable": m.Search.unreadable + by.unreadable,
        "hits": m.Search.hits + len(by.hits),
    }
    if by.last_passport_id is not None:
        changed["last_passport_id"] = by.last_passport_id
    if by.hits:  # the passports first, as whoever erases one does: it is gone before this is kept, or sees this
        here = {hit.passport_id for hit in by.hits}
        held_now = select(m.Passport.id).where(m.Passport.id.in_(here)).order_by(m.Passport.id)
        uow.connection.execute(held_now.with_for_update(read=True)).all()
    held = (m.Search.id == search_id, m.Search.claimed_until == lease, _UNFINISHED)
    if uow.connection.execute(update(m.Search).where(*held).values(changed)).rowcount != 1:
        return False
    if by.hits:
        uow.connection.execute(insert(m.SearchHit), [_hit_row(search_id, hit) for hit in by.hits])
    return True


def finish(uow: UnitOfWork, search_id: SearchId, at: datetime) -> None:
    """Say that a search has looked through everything. How many passports there were is then how many it came by."""
    ended = {"state": SearchStatus.FINISHED.value, "ended_at": at, "claimed_until": None}
    uow.connection.execute(
        update(m.Search).where(m.Search.id == search_id, _UNFINISHED).values(ended | {"passports": m.Search.looked_at})
    )


def cancel(uow: UnitOfWork, search_id: SearchId, at: datetime) -> None:
    """End a search before it has finished, and drop what it found; one that has ended stays as it is."""
    ended = {"state": SearchStatus.CANCELLED.value, "ended_at": at, "claimed_until": None, "hits": 0}
    unfinished = update(m.Search).where(m.Search.id == search_id, _UNFINISHED)
    if uow.connection.execute(unfinished.values(ended)).rowcount:
        uow.connection.execute(delete(m.SearchHit).where(m.SearchHit.search_id == search_id))


def let_go(uow: UnitOfWork, search_id: SearchId, lease: datetime) -> None:
    """Leave a search that one has taken until then to whoever comes first."""
    held = (m.Search.id == search_id, m.Search.claimed_until == lease, _UNFINISHED)
    uow.connection.execute(update(m.Search).where(*held).values(claimed_until=None))


def standing_of(uow: UnitOfWork, passport_id: PassportId) -> list[SealedStatement]:
    """The versions of a passport's statements that stand."""
    rows = uow.connection.execute(_STANDING, {"passport_id": passport_id})
    return [SealedStatement(StatementId(row[0]), row[1], row[2]) for row in rows]


def hits_of(uow: UnitOfWork, search_id: SearchId, after: StatementId | None, limit: int) -> list[Hit]:
    """What a search found, oldest statement first."""
    query = _hits(search_id).order_by(m.SearchHit.statement_id).limit(limit)
    if after is not None:
        query = query.where(m.SearchHit.statement_id > after)
    return [_hit(row) for row in uow.connection.execute(query)]


def hits_among(uow: UnitOfWork, search_id: SearchId, statement_ids: Sequence[StatementId]) -> list[Hit]:
    """What a search found among some statements."""
    return [
        _hit(row) for row in uow.connection.execute(_hits(search_id).where(m.SearchHit.statement_id.in_(statement_ids)))
    ]


def settle_hit(uow: UnitOfWork, search_id: SearchId, statement_id: StatementId, outcome: HitOutcome) -> None:
    """Keep what became of a hit that was to be corrected."""
    uow.connection.execute(
        update(m.SearchHit)
        .where(m.SearchHit.search_id == search_id, m.SearchHit.statement_id == statement_id)
        .values(outcome=outcome.value)
    )


def forget_of_passport(uow: UnitOfWork, passport_id: PassportId, at: datetime) -> None:
    """Forget every search that found something in a passport: what it looked for stood there, and is in nobody's key.

    What was to become of the hits goes with it. That there was a search stays, and the log's entries.
    """
    found_here = select(m.SearchHit.search_id).where(m.SearchHit.passport_id == passport_id)
    searches = [row[0] for row in uow.connection.execute(found_here.distinct())]
    if not searches:
        return
    # The searches' rows first: whoever asks for a correction of what one found holds its row (see `hold`).
    of_these = m.Search.id.in_(searches)
    uow.connection.execute(update(m.Search).where(of_these, _UNFINISHED).values(ended_at=at, claimed_until=None))
    forgotten = {"state": SearchStatus.CANCELLED.value, "sealed_search": None, "hits": 0}
    uow.connection.execute(update(m.Search).where(of_these).values(forgotten))
    corrections = update(m.SearchCorrection).where(m.SearchCorrection.search_id.in_(searches))
    cancelled = {"state": SearchStatus.CANCELLED.value, "ended_at": at, "claimed_until": None}
    uow.connection.execute(corrections.where(m.SearchCorrection.ended_at.is_(None)).values(cancelled))
    uow.connection.execute(corrections.values(sealed_correction=None))
    _forget_content(uow, searches)


def forget_ended(uow: UnitOfWork, before: datetime, most: int) -> int:
    """Drop searches that ended before then, with all that they found; gives how many there were, so many at most."""
    query = select(m.Search.id).where(m.Search.ended_at < before).order_by(m.Search.ended_at).limit(most)
    searches = [row[0] for row in uow.connection.execute(query)]
    if searches:
        _forget_content(uow, searches)
        uow.connection.execute(delete(m.SearchCorrection).where(m.SearchCorrection.search_id.in_(searches)))
        uow.connection.execute(delete(m.Search).where(m.Search.id.in_(searches)))
    return len(searches)


def _forget_content(uow: UnitOfWork, searches: Sequence[Any]) -> None:
    corrections = select(m.SearchCorrection.id).where(m.SearchCorrection.search_id.in_(searches))
    uow.connection.execute(delete(m.SearchCorrectionItem).where(m.SearchCorrectionItem.correction_id.in_(corrections)))
    uow.connection.execute(delete(m.SearchHit).where(m.SearchHit.search_id.in_(searches)))


def _free(query: Select[*tuple[Any, ...]], at: datetime) -> Select[*tuple[Any, ...]]:
    free = or_(m.Search.claimed_until.is_(None), m.Search.claimed_until <= at)
    return query.where(_UNFINISHED, free).order_by(m.Search.id).limit(1)


def _hits(search_id: SearchId) -> Select[*tuple[Any, ...]]:
    hit = m.SearchHit
    return select(hit.statement_id, hit.passport_id, hit.version, hit.outcome).where(hit.search_id == search_id)


def _hit(row: AnyRow) -> Hit:
    return Hit(StatementId(row[0]), PassportId(row[1]), row[2], None if row[3] is None else HitOutcome(row[3]))


def _hit_row(search_id: SearchId, hit: Hit) -> dict[str, object]:
    return {
        "search_id": search_id,
        "statement_id": hit.statement_id,
        "passport_id": hit.passport_id,
        "version": hit.version,
    }


def _record(row: AnyRow) -> SearchRecord:
    facts = SearchFacts(
        search_id=SearchId(row[0]),
        organisation_id=OrganisationId(row[1]),
        made_by=AccountId(row[2]),
        made_at=row[3],
        status=SearchStatus(row[4]),
        progress=Progress(looked_at=row[5], of=max(row[5], row[6]), unreadable=row[7]),
        hits=row[8],
        ended_at=row[9],
    )
    return SearchRecord(facts, row[10], row[11], None if row[12] is None else PassportId(row[12]))

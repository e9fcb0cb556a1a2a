"""The log itself: proofs, and its verification from what is kept elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from passport_api.domain.access import Use, decide_use
from passport_api.domain.checkpoints import Checkpoint
from passport_api.domain.decisions import Granted, Reason, Refused
from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import PassportId
from passport_api.domain.merkle import Frontier, Node, leaf_hash
from passport_api.domain.merkle_proofs import consistency_proof, inclusion_proof
from passport_api.domain.proofs import ConsistencyProof, InclusionProof
from passport_api.domain.roles import Role
from passport_api.services import erasures
from passport_api.services.admission import facts_of, seals_of
from passport_api.services.runtime import Work
from passport_api.store import log, passports
from passport_api.store.database import UnitOfWork
from passport_api.store.log_nodes import Nodes, Subtrees
from passport_keys.errors import KeyStoreError


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the log: where, and what."""

    position: int | None
    what: str


def prove_inclusion(work: Work, position: int, size: int | None) -> InclusionProof | Refused:
    """Prove that an entry is in the log: to an auditor, to those responsible for the child, to whom it records.

    Raises:
        InvalidField: the size is not one that the log has had since the entry.
    """
    at_size, kept = log.at_position(work.uow, position)
    if kept is None or not _may_know_of(work, kept):
        return Refused(Reason.NO_SUCH_THING)
    wanted = at_size if size is None else size
    if not position < wanted <= at_size:
        raise InvalidField("query:size", "Must be a size that the log has had since this entry.")
    nodes = Nodes(work.uow)
    return InclusionProof(position, wanted, leaf_hash(kept.leaf.data()), inclusion_proof(nodes, position, wanted))


def prove_consistency(work: Work, old: int, new: int) -> ConsistencyProof:
    """Prove that the log only grew between two sizes.

    Raises:
        InvalidField: the log has not had these sizes in this order.
    """
    if new > log.head(work.uow).size:
        raise InvalidField("query:to", "Must be a size that the log has had.")
    if old > new:
        raise InvalidField("query:from", "Must not be larger than to.")
    return ConsistencyProof(old, new, consistency_proof(Nodes(work.uow), old, new))


def measured(uow: UnitOfWork) -> tuple[int, bytes]:
    """The size and root that the log says it has."""
    head = log.head(uow)
    return head.size, head.frontier.root()


def sealed_for_good(uow: UnitOfWork) -> int:
    """How many entries nobody can read any more, for the passport that they are about was erased."""
    return log.count_sealed_for_good(uow)


def listed(uow: UnitOfWork, start: int, end: int | None) -> Iterator[log.ListedEntry]:
    """The entries from position start to before end (None: to the last): that they are there, no content."""
    return log.listed(uow, start, end)


def verify(uow: UnitOfWork, checkpoints: Sequence[Checkpoint]) -> Iterator[Finding]:
    """Compute the whole log anew from its entries and hold it against what is kept.

    Needs no key: leaves commit to ciphertext. Without a checkpoint from elsewhere, an edit that also mended every
    hash would not be found; with one, nothing before it can change.
    """
    frontier = Frontier()
    wanted: dict[int, set[bytes]] = {}
    for checkpoint in checkpoints:
        wanted.setdefault(checkpoint.size, set()).add(checkpoint.root)
    trusted = 0
    subtrees = Subtrees(uow)
    entries = log.every(uow)
    while (read := _next(entries, frontier.size)) is not None:
        if isinstance(read, Finding):
            yield read
            return
        kept, kept_hash = read
        hashed = leaf_hash(kept.leaf.data())
        if hashed != kept_hash:
            yield Finding(kept.position, "edited: the entry does not match the hash kept beside it")
        appended = frontier.append(hashed)
        frontier = appended.frontier
        yield from _against_subtrees(subtrees, appended.completed)
        if frontier.size in wanted:
            if wanted.pop(frontier.size) == {frontier.root()}:
                trusted = frontier.size
            else:
                yield Finding(trusted, f"edited: entries {trusted} to {kept.position} do not match the checkpoint")
    yield from _ending(uow, frontier, wanted)


def _next(
    entries: Iterator[tuple[log.KeptEntry, bytes]], position: int
) -> tuple[log.KeptEntry, bytes] | Finding | None:
    """The entry that should stand at a position, what is wrong with it, or None at the end."""
    try:
        read = next(entries, None)
    except log.EntryUnreadable as error:
        return Finding(error.position, "edited: not of the form that the log keeps")
    if read is not None and read[0].position != position:
        return Finding(position, f"missing: the next entry kept is {read[0].position}")
    return read


def _against_subtrees(subtrees: Subtrees, completed: Sequence[Node]) -> Iterator[Finding]:
    for height, index, root in completed:
        if subtrees.at(height, index) != root:
            first, last = index << height, ((index + 1) << height) - 1
            yield Finding(first, f"edited: entries {first} to {last} do not match the hash kept of them")


def _ending(uow: UnitOfWork, frontier: Frontier, wanted: Mapping[int, set[bytes]]) -> Iterator[Finding]:
    for size, roots in sorted(wanted.items()):
        if size == 0 and roots == {Frontier().root()}:
            continue
        yield Finding(frontier.size, f"cut short: a checkpoint says that the log had {size} entries")
    edge = log.kept_edge(uow)
    if edge is None:
        yield Finding(None, "edited: the log's kept edge is missing")
    elif edge[0] > frontier.size:
        yield Finding(frontier.size, f"cut short: the log says that it has {edge[0]} entries")
    elif edge[0] < frontier.size:
        yield Finding(edge[0], f"added: the log says that it has {edge[0]} entries")
    elif edge[1] != frontier.to_bytes():
        yield Finding(None, "edited: the log's kept edge does not match its entries")


def _may_know_of(work: Work, kept: log.KeptEntry) -> bool:
    """Whether the actor is an auditor, responsible for the child, whom the entry records, or told of an erasure by it.

    An entry about no passport is looked into like any other: whoever was refused must not learn, from the proof of
    their own refusal, whether there was a passport.
    """
    if work.actor.holds_anywhere(Role.AUDITOR):
        return True
    passport_id = kept.leaf.passport_id or PassportId(work.runtime.new_id())
    record, parents = passports.with_parents(work.uow, passport_id)
    facts = None if record is None else facts_of(record, parents)
    if isinstance(decide_use(Use.READ_ACCESS_LOG, work.actor, facts), Granted):
        return True
    try:
        entry = (work.runtime.vault if record is None else seals_of(work, record)).open_entry(kept.leaf)
    except KeyStoreError:  # a stranger is refused alike, whatever is broken
        return False
    records_an_erasure = erasures.may_know_of_record(work, kept.leaf.entry_id)
    return records_an_erasure or entry.account_id == work.actor.account_id

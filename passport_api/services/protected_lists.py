"""Protected lists: read and edited by the parents and the custodian, to whom alone it is said that there is one."""

from collections.abc import Callable
from dataclasses import dataclass

from passport_api.domain.access import Relation, Use
from passport_api.domain.alerts import AlertKind
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Stale
from passport_api.domain.findings import Finding, in_order
from passport_api.domain.ids import PassportId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.outbox import Kind
from passport_api.domain.protected_lists import ProtectedList, check_list
from passport_api.domain.protection.remarks import leaking_in, protected_in
from passport_api.domain.protection.terms import KeptFrom
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement
from passport_api.services.admission import Admitted, admit, note
from passport_api.services.alerts import details_of, raise_alert, raise_stopped, subject_of
from passport_api.services.layouts import lay_out
from passport_api.services.outbox import notify_person
from passport_api.services.runtime import Work
from passport_api.services.screening import Screen, names_of
from passport_api.services.vault import PassportSeals
from passport_api.store import protected_lists, statements

_EVERYTHING = dict.fromkeys(Section, DetailLevel.RESTRICTED)


@dataclass(frozen=True, slots=True)
class KeptList:
    """A protected list as those responsible for the child see it.

    Attributes:
        version: counts from 1 with each edit; 0 while nobody has made one.
        stopped: the statements that views leave out because of it now.
    """

    passport_id: PassportId
    version: int
    said: ProtectedList
    stopped: tuple[Statement, ...]


Matches = Callable[[PassportId, int], bool]
"""Whether a list is still in the version that the caller read (If-Match)."""


def read(work: Work, passport_id: PassportId) -> KeptList | Refused:
    """Read a passport's protected list; logged. One that nobody has made is empty."""
    admitted = admit(work, Use.READ_PROTECTED_LIST, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    kept = _kept(work, admitted)
    note(work, admitted)
    return kept


def replace(work: Work, passport_id: PassportId, new: ProtectedList, matches: Matches) -> KeptList | Refused:
    """Edit a passport's protected list, whole. From the answer on no view says what is on it.

    The statements that do are left out of every view, and the custodian is alerted to each.

    Raises:
        Stale: it is no longer as the caller read it.
        InvalidField: it is too long, or has something twice.
    """
    admitted = admit(work, Use.CHANGE_PROTECTED_LIST, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    check_list(new)
    before = protected_lists.standing(work.uow, passport_id)
    version = 0 if before is None else before.version
    if not matches(passport_id, version):
        raise Stale
    index = work.runtime.vault.number_index
    protected_lists.replace(
        work.uow,
        passport_id,
        admitted.seals.seal_list(version + 1, new),
        [index(kind, number) for kind, number in new.former_numbers()],
        work.actor.account_id,
        work.at,
    )
    kept = _kept(work, admitted)
    raise_stopped(work, subject_of(admitted), kept.stopped, details_of(work, admitted))
    former = ProtectedList() if before is None else admitted.seals.open_list(before)
    _tell_the_others(work, admitted, former, new)
    note(work, admitted, detail=f"version {version} to {version + 1}: {_difference(former, new)}")
    return kept


def check(work: Work, passport_id: PassportId, text: str, readers: KeptFrom) -> tuple[Finding, ...] | Refused:
    """What in a text must not reach some readers, by a passport's list and whatever is on it; logged, the text is not.

    For a letter to the first family as much as for what is to be written here.
    """
    admitted = admit(work, Use.CHECK_PROTECTION, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    names = names_of(admitted.seals.open_child(admitted.record.sealed_child))
    found = tuple(protected_in(text, said_of(work, admitted).matcher(readers, names), readers))
    note(work, admitted)
    return in_order((*found, *leaking_in(text, names, found)))


def said_of(work: Work, admitted: Admitted) -> ProtectedList:
    """The protected list of a passport that somebody was admitted to."""
    sealed = protected_lists.standing(work.uow, admitted.record.passport_id)
    return ProtectedList() if sealed is None else admitted.seals.open_list(sealed)


def screen_of(work: Work, seals: PassportSeals, sealed_child: bytes) -> Screen:
    """What stands between a passport's statements and whoever reads them."""
    sealed = protected_lists.standing(work.uow, seals.passport_id)
    return Screen(work.runtime.screening, seals, sealed, seals.open_child(sealed_child))


def _tell_the_others(work: Work, admitted: Admitted, former: ProtectedList, new: ProtectedList) -> None:
    """Tell the parents who did not edit it, and the custodian of a parent's edit by which it protects less.

    One of them alone could switch it off.
    """
    for parent in admitted.living_parents():
        if parent.account_id != work.actor.account_id:
            notify_person(work, Kind.PROTECTION_CHANGED, parent.account_id, admitted.record.passport_id)
    if new.is_weaker_than(former) and admitted.grounds.relation is Relation.PARENT:
        raise_alert(work, subject_of(admitted), AlertKind.PROTECTION_EASED, details_of(work, admitted))


def _difference(former: ProtectedList, new: ProtectedList) -> str:
    """What an edit did, without saying what is on the list."""
    before, after = set(former.terms), set(new.terms)
    in_use = f"{len(former.names_in_use)} to {len(new.names_in_use)} names in use"
    return f"{len(after - before)} terms added, {len(before - after)} taken off, {in_use}"


def _kept(work: Work, admitted: Admitted) -> KeptList:
    passport_id = admitted.record.passport_id
    screen = screen_of(work, admitted.seals, admitted.record.sealed_child)
    layout = lay_out(screen, statements.standing(work.uow, passport_id), _EVERYTHING, DetailLevel.RESTRICTED)
    sealed = screen.sealed
    said = ProtectedList() if sealed is None else admitted.seals.open_list(sealed)
    return KeptList(passport_id, 0 if sealed is None else sealed.version, said, layout.stopped)

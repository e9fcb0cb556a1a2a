"""Commands for when something is wrong: what it is, and how to let the service serve again."""

import sys
from pathlib import Path

import click

from passport_api.anchors import file
from passport_api.cli.place import Complaint, data_option, runtime_of
from passport_api.domain.checkpoints import KeyMalformed, parse_verifier_key
from passport_api.domain.endings import PlacedEnding
from passport_api.services import recovery
from passport_api.services.anchoring import Standing
from passport_api.services.recovery import AnchorsUnread, Assessment, LogEdited, NothingToRecover
from passport_api.services.runtime import Runtime

public_key_option = click.option(
    "--public-key",
    "keys",
    multiple=True,
    help="A key of this log, from `log key`, that the database has not: rotated after the backup. Repeat for each.",
)


@click.command()
@data_option
@public_key_option
def doctor(data: Path | None, keys: tuple[str, ...]) -> None:
    """Say how the log stands to its anchors, and what has ended elsewhere and not here; change nothing.

    Exits with 1 when all is not well.
    """
    assessment = recovery.assess(_runtime(data, keys))
    _show(assessment)
    if assessment.diverged or assessment.not_in_force or assessment.faults or assessment.edits:
        sys.exit(1)


@click.command()
@data_option
@public_key_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--despite-faults",
    is_flag=True,
    help="Go on though not all that anchors keep can be read: what ended may return.",
)
def recover(data: Path | None, keys: tuple[str, ...], *, yes: bool, despite_faults: bool) -> None:
    """After an older copy of the database was restored: end again what had ended, and let the service serve."""
    runtime = _runtime(data, keys)
    assessment = recovery.assess(runtime)
    _show(assessment)
    _refuse_when_away(assessment)
    if not yes:
        click.confirm("\nEnd all this again, sign everybody out, and go on from here?", abort=True)
    try:
        count = recovery.recover(runtime, assessment, despite_faults=despite_faults)
    except NothingToRecover as error:
        raise Complaint("There is nothing to recover from.") from error
    except AnchorsUnread as error:
        raise Complaint(
            "Not all that the anchors keep could be read (see the faults above), and what had ended may be in it. "
            "Put the anchor file back; where a key is missing, give it with --public-key; else --despite-faults."
        ) from error
    except LogEdited as error:
        raise Complaint("The log itself was edited: restore a backup, then run `passport-api recover`.") from error
    click.echo(f"\nRecovered: {count} things that had ended are ended again, and everybody signs in anew.")
    click.echo(f"The log goes on as {runtime.anchoring.log.origin}. Tell a witness of it; keep a checkpoint of it.")
    for finding in runtime.anchoring.check():
        if finding.standing is not Standing.OPEN:
            click.echo(f"  {finding.anchor}: {finding.what}")


@click.group("anchors")
def anchors_group() -> None:
    """Where the log is kept outside the database."""


@anchors_group.command("enrol")
@data_option
def enrol_anchors(data: Path | None) -> None:
    """Begin to keep the log in anchor files that are new. Only the operator can say that one was not taken away."""
    runtime = runtime_of(data)
    assessment = recovery.assess(runtime)
    _refuse_when_away(assessment)
    behind = assessment.known is not None and not runtime.anchoring.log.holds(assessment.known)
    if behind or assessment.not_in_force:
        raise Complaint("An anchor knows what the database does not: run `passport-api recover`.")
    runtime.anchoring.enrol()
    for anchor in runtime.anchoring.files:
        click.echo(f"The log is kept in {anchor.label}.")


@anchors_group.command("list")
@data_option
def list_anchors(data: Path | None) -> None:
    """Say what each anchor says of the log."""
    findings = runtime_of(data).anchoring.check()
    for finding in findings:
        click.echo(f"{finding.anchor}: {finding.what or 'agrees'}")
    if not findings:
        click.echo("There are no anchors: when the database is rolled back, nobody notices.")


def _runtime(data: Path | None, keys: tuple[str, ...]) -> Runtime:
    """The service's parts, with the log's former keys that the operator vouches for."""
    runtime = runtime_of(data)
    try:
        runtime.anchoring.log.trust([parse_verifier_key(key.strip()).public_key for key in keys])
    except KeyMalformed as error:
        raise Complaint(f"--public-key takes what `log key` prints: {error}.") from error
    return runtime


def _refuse_when_away(assessment: Assessment) -> None:
    """An anchor file that cannot be read now may hold what had ended: it is put back first."""
    for finding in assessment.findings:
        if finding.standing is Standing.AWAY and finding.anchor.startswith(file.SCHEME):
            raise Complaint(f"{finding.what}: put it back first (its folder, its mount), and run this again.")


def _show(assessment: Assessment) -> None:
    for finding in assessment.findings:
        click.echo(f"{finding.anchor}: {finding.what or 'agrees'}")
    click.echo(f"the database: {assessment.size} entries, generation {assessment.generation} of the log")
    if assessment.known is not None:
        click.echo(f"known elsewhere: {assessment.known.size} entries of {assessment.known.origin}")
    if assessment.diverged and assessment.common < max(assessment.size, _known(assessment)):
        click.echo(f"they agree up to entry {assessment.common}; what came after it and is not here is lost")
    for edit in assessment.edits:
        click.echo(f"edited: {'log' if edit.position is None else f'entry {edit.position}'}: {edit.what}")
    for fault in assessment.faults:
        click.echo(f"fault: {fault}")
    for title, placed in (("ended in what is lost", assessment.lost), ("has not ended here", assessment.not_in_force)):
        if placed and (assessment.diverged or title == "has not ended here"):
            click.echo(f"{title}:")
            _list(placed)


def _known(assessment: Assessment) -> int:
    return 0 if assessment.known is None else assessment.known.size


def _list(placed: tuple[PlacedEnding, ...]) -> None:
    for each in placed:
        ending = each.ending
        at = ending.at.isoformat(timespec="seconds")
        click.echo(f"  {ending.kind.value:<22}{ending.subject_id}  {at}  entry {each.position}")

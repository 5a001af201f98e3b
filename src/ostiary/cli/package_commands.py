"""The commands around a sealed package: ``seal``, ``open``, ``doctor``, ``keys ...``, ``law sign``, ``law verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ostiary.cli.options import JsonOption, PacksOption

PassphraseOption = Annotated[
    int | None, typer.Option(help="Read the passphrase from this open file descriptor; else it is asked for.")
]
SignerOption = Annotated[str, typer.Option(help="The signing key: file:PATH, hsm:..., gcpkms:... or awskms:...")]
SignerPublicOption = Annotated[Path | None, typer.Option(help="Its signers file; needed for all but file:.")]
SignersOption = Annotated[Path, typer.Option(help="The list of signers that you trust.")]
PolicyOption = Annotated[Path, typer.Option(help="The log and witnesses that you trust (a tlog-policy).")]


def add_to(app: typer.Typer, law: typer.Typer) -> None:
    """Put the commands where they belong."""
    app.command("seal")(seal_command)
    app.command("open")(open_command)
    app.command("doctor")(doctor_command)
    law.command("sign")(law_sign_command)
    law.command("verify")(law_verify_command)
    keys = typer.Typer(help="Keys of recipients, signers and logs: make them, look at them.", no_args_is_help=True)
    keys.command("new-recipient")(keys_new_recipient_command)
    keys.command("new-signer")(keys_new_signer_command)
    keys.command("new-log")(keys_new_log_command)
    keys.command("show")(keys_show_command)
    app.add_typer(keys, name="keys")


def seal_command(
    folder: Annotated[Path, typer.Argument(help="A folder that `ostiary minimise` wrote.")],
    to: Annotated[Path, typer.Option(help="The recipient's registered public key (.pub.json).")],
    signer: SignerOption,
    policy: PolicyOption,
    log_key: Annotated[Path, typer.Option(help="The log's private key; only its owner may read it.")],
    decision: Annotated[str, typer.Option(help="The decision that lets this leave.")],
    retain_until: Annotated[str, typer.Option(help="The day by which it must be destroyed (YYYY-MM-DD).")],
    out: Annotated[Path, typer.Option(help="A new file for the package.")],
    docket: Annotated[str, typer.Option(help="The docket's pseudonym. Default: a new one.")] = "",
    step: Annotated[int, typer.Option(help="Which step of the docket this is.")] = 1,
    database: Annotated[str, typer.Option(help="The log. Default: OSTIARY_DATABASE_URL.")] = "",
    export: Annotated[Path | None, typer.Option(help="Its public files. Default: OSTIARY_LEDGER_EXPORT.")] = None,
    days: Annotated[int, typer.Option(help="For how many days it can be opened.")] = 30,
    notice: Annotated[Path | None, typer.Option(help="The notice that the law requires, as text.")] = None,
    signer_public: SignerPublicOption = None,
    passphrase_fd: PassphraseOption = None,
    json: JsonOption = False,
) -> None:
    """Seal what was minimised for one recipient; the log holds it before the key is wrapped."""
    from ostiary.cli import log_first, logs, packaging

    where = logs.place(database, export)
    log = log_first.LogPlace(where.database, log_key, where.export)
    options = packaging.SealOptions(
        to,
        signer,
        signer_public,
        policy,
        log,
        docket,
        step,
        decision,
        notice,
        days,
        retain_until,
        out,
        passphrase_fd,
        json,
    )
    raise typer.Exit(packaging.run_seal(folder, options))


def open_command(
    package: Annotated[Path, typer.Argument(help="The package that you received.")],
    key: Annotated[Path, typer.Option(help="Your private key (.key.json).")],
    signers: SignersOption,
    policy: PolicyOption,
    out: Annotated[Path, typer.Option(help="A new folder for what is inside.")],
    passphrase_fd: PassphraseOption = None,
    json: JsonOption = False,
) -> None:
    """Check a package and open it. Nothing is written unless every check holds."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_open(package, key, signers, policy, out, passphrase_fd, as_json=json))


def doctor_command(
    key: Annotated[list[Path] | None, typer.Option(help="Also look at the rights of this private file.")] = None,
    json: JsonOption = False,
) -> None:
    """Say what does the cryptography here, and what that does not prove; exit 1 when something must be mended."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_doctor(key or [], as_json=json))


def law_sign_command(
    signer: SignerOption,
    out: Annotated[Path, typer.Option(help="A new file for the signature.")],
    packs: PacksOption = None,
    signer_public: SignerPublicOption = None,
    passphrase_fd: PassphraseOption = None,
) -> None:
    """Sign the packs as they are: the law that the agency stands by."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_law_sign(packs, signer, signer_public, out, passphrase_fd))


def law_verify_command(
    file: Annotated[Path, typer.Argument(help="What `ostiary law sign` wrote.")],
    signers: SignersOption,
    packs: PacksOption = None,
    json: JsonOption = False,
) -> None:
    """Check that the packs are those that were signed."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_law_verify(file, packs, signers, as_json=json))


def keys_new_recipient_command(
    name: Annotated[str, typer.Argument(help="Whose key it is, as the agency registers it.")],
    out: Annotated[Path, typer.Option(help="The folder for the two files.")],
    days: Annotated[int, typer.Option(help="For how many days packages can be sealed to it.")] = 365,
    passphrase: Annotated[bool, typer.Option(help="Guard the private file with a passphrase.")] = True,
    passphrase_fd: PassphraseOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key pair for receiving packages."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_new_recipient(name, out, days, passphrase_fd, passphrase=passphrase, as_json=json))


def keys_new_signer_command(
    name: Annotated[str, typer.Argument(help="Who signs, as recipients will read it.")],
    out: Annotated[Path, typer.Option(help="The folder for the two files.")],
    days: Annotated[int, typer.Option(help="For how many days its signature counts.")] = 365,
    passphrase: Annotated[bool, typer.Option(help="Guard the private file with a passphrase.")] = True,
    passphrase_fd: PassphraseOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key for signing packages, or the law."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_new_signer(name, out, days, passphrase_fd, passphrase=passphrase, as_json=json))


def keys_new_log_command(
    name: Annotated[str, typer.Argument(help="The log's name, such as agency.example/log.")],
    out: Annotated[Path, typer.Option(help="A new file; only its owner may read it.")],
    json: JsonOption = False,
) -> None:
    """Make the key of a desk's log, which `ostiary-web log start` then begins; say its public key."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_new_log(name, out, as_json=json))


def keys_show_command(
    file: Annotated[Path, typer.Argument(help="A file that `ostiary keys` made.")],
    json: JsonOption = False,
) -> None:
    """What a file of keys says openly: whose, key id, days."""
    from ostiary.cli import packaging

    raise typer.Exit(packaging.run_show(file, as_json=json))

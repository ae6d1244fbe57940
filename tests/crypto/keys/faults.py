"""What can go wrong with a key, and what it must lead to: one table for all providers.

A local key file and a key service fail in different ways, and a mistake in how one of them is handled never shows
with the other. So every fault of `SHARED` has a row for every provider, in the form it has there. `inject.py` carries
them out, `test_faults.py` runs each row: what is raised, with which status and words, how often a service was asked,
what lists say, and that afterwards everything is as it was.
"""

from __future__ import annotations

from typing import NamedTuple

from blue_cli.errors import BlueError, Locked, Tampered, Unavailable

WHOLE, UNKNOWN, FAILS = "whole", "unknown", "fails"  # what lists say of a sealed dialogue: all of it, `complete: false`, an error

SHARED = (
    "throttled", "throttled-then-fine", "timeout", "revoked", "disabled", "wrong-place", "late", "reply-lost", "reply-lost-then-fine",
    "gone", "slow", "short", "cut", "wrong-key", "changed", "nobody-known",
)  # fmt: skip


class Fault(NamedTuple):
    """A row. `injected` says what is really done; `error` None: the key is given all the same.

    `says` stands in message, reason or fix; `calls` is how often KMS is asked, tries of its own client included.
    `new` is False when only opening is concerned, not making a new KEK.
    """

    name: str
    scheme: str
    injected: str
    error: type[BlueError] | None
    exit: int
    says: str
    lists: str
    calls: int = 0
    new: bool = True


def _local(name: str, injected: str, error: type[BlueError] | None, says: str = "", new: bool = True) -> list[Fault]:
    """A row for a key file and for one under a passphrase, which fail alike."""
    exit = error.exit if error else 0
    return [Fault(name, scheme, injected, error, exit, says, _lists(error), 0, new) for scheme in ("file", "passphrase")]


def _kms(name: str, injected: str, error: type[BlueError] | None, calls: int, says: str = "", new: bool = True) -> Fault:
    return Fault(name, "awskms", injected, error, error.exit if error else 0, says, _lists(error), calls, new)


def _lists(error: type[BlueError] | None) -> str:
    return WHOLE if error is None else UNKNOWN if error is Locked else FAILS


FAULTS: tuple[Fault, ...] = (
    # --- what every provider has
    *_local("throttled", "too many files are open", Unavailable, "umk.key cannot be read"),
    _kms("throttled", "ThrottlingException, always", Unavailable, 4, "KMS does not answer for now: ThrottlingException, 4 attempts"),
    *_local("throttled-then-fine", "the second and third read are interrupted, and brought to an end", None),
    _kms("throttled-then-fine", "ThrottlingException, twice", None, 3),
    *_local("timeout", "the file system of another machine does not answer", Unavailable, "Connection timed out"),
    _kms("timeout", "no reply, ever", Unavailable, 4, "KMS cannot be reached: ReadTimeoutError"),
    *_local("revoked", "the right to read it is taken away", Locked, "umk.key may not be read: Permission denied"),
    _kms("revoked", "AccessDeniedException", Locked, 1, "may not use the key, or may no longer: AccessDeniedException"),
    *_local("disabled", "mode 0644", Locked, "its mode is 0644"),
    _kms("disabled", "DisabledException", Locked, 1, "the key is disabled"),
    *_local("wrong-place", "a folder where no key is", Locked, "there is no elsewhere.key"),
    _kms("wrong-place", "the same key in another region", Locked, 1, "no such key in this account and region"),
    *_local("late", "the file comes after the first try", Locked, "blue key import FILE"),
    _kms("late", "a grant that is not visible yet, without its token", Locked, 1, "BLUE_KMS_GRANT_TOKEN=TOKEN"),
    *_local("reply-lost", "the disk fails after it has read", Unavailable, "Input/output error"),
    _kms("reply-lost", "KMS did it, and the connection ends before its reply, always", Unavailable, 4, "ConnectionClosedError"),
    *_local("reply-lost-then-fine", "a read brings a part, the next one the rest", None),
    _kms("reply-lost-then-fine", "KMS did it, and the connection ends before its first reply", None, 2),
    *_local("gone", "the file is removed", Locked, "there is no umk.key"),
    _kms("gone", "NotFoundException", Locked, 1, "KMS knows no such key"),
    *_local("slow", "a disk that takes 10 ms a read", None),
    _kms("slow", "a reply that comes in drops", None, 1),
    *_local("short", "one byte a read", None),
    _kms("short", "a reply that ends too early, which botocore takes for an empty answer", Unavailable, 1, "this is no answer of KMS"),
    *_local("cut", "half of the file", Locked, "umk.key is damaged"),
    _kms("cut", "the first 30 bytes of a reply", Unavailable, 1, "this is no answer of KMS"),
    *_local("wrong-key", "another key in its place", Locked, "not among the keys here"),
    _kms("wrong-key", "IncorrectKeyException", Locked, 1, "made by another key"),
    *_local("changed", "one character of the key is another", Locked, "umk.key is damaged"),
    _kms("changed", "the stored blob was changed", Tampered, 1, "not what KMS made for this dialogue", new=False),
    *_local("nobody-known", "it belongs to another user", Locked, "belongs to another user"),
    _kms("nobody-known", "no credentials", Locked, 0, "no AWS credentials"),
    # --- what only a file has
    *_local("link", "a symbolic link to the key", Locked, "a symbolic link"),
    *_local("pipe", "a pipe that nobody writes to", Locked, "no regular file"),
    *_local("socket", "a socket", Locked, "no regular file"),
    *_local("folder", "a folder", Locked, "no regular file"),
    *_local("huge", "a file of 10 MB", Locked, "larger than"),
    *_local("growing", "a file that grows after it was looked at", Locked, "larger than"),
    *_local("tracked", "a .git beside it", Locked, "git work tree"),
    *_local("future", "a newer form", Locked, "written by a newer blue: its form is blue-key-v2"),
    *_local("binary", "bytes that are no text", Locked, "umk.key is damaged: it is not text"),
    *_local("stale", "the file's handle is gone (ESTALE)", Unavailable, "umk.key cannot be read"),
    # --- what only a passphrase has
    Fault("wrong-passphrase", "passphrase", "another passphrase", Locked, 4, "does not open umk.key", UNKNOWN),
    Fault("no-terminal", "passphrase", "nobody to ask", Locked, 4, "BLUE_PASSPHRASE_FILE=FILE", UNKNOWN),
    Fault("end-of-input", "passphrase", "the terminal is closed", Locked, 4, "no passphrase was given", UNKNOWN),
    Fault("costly", "passphrase", "a file that asks for 2 GiB", Locked, 4, "memory is 2097152, allowed are", UNKNOWN),
    Fault("cheap", "passphrase", "a file whose passphrase is guessed fast", Locked, 4, "memory is 8, allowed are", UNKNOWN),
    # --- what only a service has
    _kms("internal", "KMSInternalException", Unavailable, 4, "KMSInternalException, 4 attempts"),
    _kms("dependency", "DependencyTimeoutException", Unavailable, 4, "DependencyTimeoutException, 4 attempts"),
    _kms("unavailable", "KeyUnavailableException", Unavailable, 4, "KeyUnavailableException, 4 attempts"),
    _kms("unknown-500", "an error of tomorrow, status 500", Unavailable, 4, "TomorrowException"),
    _kms("unknown-400", "an error of tomorrow, status 400", Locked, 1, "KMS refuses: TomorrowException"),
    _kms("pending-deletion", "KMSInvalidStateException", Locked, 1, "not in a state to be used"),
    _kms("wrong-usage", "InvalidKeyUsageException", Locked, 1, "not one for encryption"),
    _kms("expired", "ExpiredTokenException", Locked, 1, "the credentials have expired"),
    _kms("bad-token", "InvalidGrantTokenException", Locked, 1, "the grant token in $BLUE_KMS_GRANT_TOKEN"),
    _kms("granted", "a grant that is not visible yet, with its token", None, 1),
    _kms("refused", "nobody listens", Unavailable, 4, "KMS cannot be reached: EndpointConnectionError"),
    _kms("reset", "the connection is reset, always", Unavailable, 4, "KMS cannot be reached: ConnectionClosedError"),
    _kms("reset-then-fine", "the connection is reset, once", None, 2),
    _kms("portal", "a page of HTML instead of KMS", Unavailable, 1, "this is no answer of KMS: the reply was cut off, or something"),
    _kms("impostor", "another key answers", Tampered, 1, "another key answered"),
    _kms("stub", "16 bytes of key", Tampered, 1, "no key of 32 bytes"),
    _kms("endpoint", "AWS_ENDPOINT_URL_KMS is no URL", Locked, 0, "the AWS settings of this machine are wrong"),
    _kms("profile", "a profile that there is not", Locked, 0, "ProfileNotFound"),
)

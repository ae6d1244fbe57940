"""A key of AWS KMS as the provider of KEKs. There is no master key on this machine.

`GenerateDataKey` makes a KEK and a blob of it that only KMS can open; the blob is kept in the seal block. Both calls
name the dialogue and the purpose (EncryptionContext), so a blob of one dialogue does not open in another, and
`Decrypt` names the key: KMS itself would take any that fits.

Where KMS is comes from the ARN, or from botocore's own AWS_ENDPOINT_URL_KMS: both are the user's, never a
repository's. boto3 is imported when a key is needed, since that takes 100 ms and more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from blue_cli.crypto.aead import KEY
from blue_cli.crypto.keys.base import Made, forbid_core_dumps
from blue_cli.errors import BlueError, Locked, Tampered, Unavailable, WrongCall

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

SCHEME = "awskms"
TOKENS = "BLUE_KMS_GRANT_TOKEN"
ATTEMPTS = 4  # of one call, the first among them
CONNECT, READ = 5, 10  # seconds one attempt may take
INSTALL = "pip install 'blue-dialogue[aws]'"
ARN = (
    r"arn:aws(?:-[a-z]{1,10}){0,2}:kms:(?P<region>[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}):[0-9]{12}"
    r":key/(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
)

INTEGRITY = frozenset({"InvalidCiphertextException"})
RETRY = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "KMSInternalException",
        "DependencyTimeoutException",
        "KeyUnavailableException",
        "ServiceUnavailable",
        "InternalFailure",
        "RequestTimeout",
    }
)
CONFIGURATION = {  # what each means to who has to change something; any other answer of KMS is of this class too
    "AccessDeniedException": "this user may not use the key, or may no longer",
    "NotFoundException": "KMS knows no such key in this account and region",
    "DisabledException": "the key is disabled",
    "KMSInvalidStateException": "the key is not in a state to be used: pending deletion, or without its material",
    "IncorrectKeyException": "the blob was made by another key",
    "InvalidKeyUsageException": "the key is not one for encryption",
    "InvalidGrantTokenException": f"the grant token in ${TOKENS} is none",
    "UnrecognizedClientException": "AWS does not know these credentials",
    "InvalidClientTokenId": "AWS does not know these credentials",
    "ExpiredTokenException": "the credentials have expired",
    "InvalidSignatureException": "the credentials are wrong, or this machine's clock is",
}
DENIED = f"ask the owner of the key; a new grant takes minutes to be seen, until then its token opens: {TOKENS}=TOKEN"


class AwsKmsProvider:
    """One KMS key, by its ARN.

    An alias is refused: whoever may move it would move the key from under the dialogue, and the key that answers
    could not be compared with the one that was named.
    """

    scheme = SCHEME

    def __init__(self, arn: str, env: Mapping[str, str]) -> None:
        match = re.fullmatch(ARN, arn)
        if match is None:
            raise _no_arn(arn)
        self._arn = arn
        self.region: str = match["region"]
        self._tokens = re.split(r"[,\s]+", env.get(TOKENS, "").strip()) if env.get(TOKENS, "").strip() else []

    @property
    def id(self) -> str:
        """`awskms:` and the ARN."""
        return f"{SCHEME}:{self._arn}"

    @property
    def shown(self) -> str:
        """The same: an ARN is no secret."""
        return self.id

    @property
    def kind(self) -> str:
        """The same as the scheme."""
        return SCHEME

    def new_kek(self, uid: str, epoch: int) -> Made:
        """A KEK from `GenerateDataKey`, with its blob. When the reply is lost, the next attempt makes another one."""
        answer = self._call("generate_data_key", uid, KeySpec="AES_256")
        if not answer.get("CiphertextBlob"):
            raise _no_answer(self.id)
        return Made(self._plaintext(answer), blob=bytes(answer["CiphertextBlob"]))

    def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes) -> bytes:
        """The KEK in a blob, from `Decrypt`. `Tampered` when this key did not make it for this dialogue."""
        return self._plaintext(self._call("decrypt", uid, CiphertextBlob=blob))

    @cached_property
    def client(self) -> Any:
        """botocore's client."""
        return self._told(lambda: connect(self.region))

    def _call(self, operation: str, uid: str, **arguments: Any) -> Any:
        forbid_core_dumps()
        context = {"blue:uid": uid, "blue:purpose": "kek", "blue:key_id": self._arn}
        tokens = {"GrantTokens": self._tokens} if self._tokens else {}
        method = getattr(self.client, operation)
        return self._told(lambda: method(KeyId=self._arn, EncryptionContext=context, **tokens, **arguments))

    def _plaintext(self, answer: Any) -> bytes:
        """The key in an answer, when it is the pinned key that answered.

        botocore takes a reply that was cut off, or the page of a hotel's network, for an answer without fields.
        """
        if not answer.get("KeyId") or not answer.get("Plaintext"):
            raise _no_answer(self.id)
        if answer["KeyId"] != self._arn:
            raise Tampered(f"{self.id}: another key answered", why="the key that was named is the only one that may")
        kek = bytes(answer["Plaintext"])
        if len(kek) != KEY:
            raise Tampered(f"{self.id}: the answer is no key of {KEY} bytes")
        return kek

    def _told(self, action: Callable[[], Any]) -> Any:
        """What an action of botocore gives; its errors in our three classes."""
        try:
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise _not_installed(self.id) from None
        try:
            return action()
        except ClientError as error:
            raise _answered(self.id, error) from None
        except BotoCoreError as error:
            raise _unanswered(self.id, error) from None
        except ValueError:  # botocore, on an AWS_ENDPOINT_URL_KMS that is no URL
            raise _unset(self.id, "AWS_ENDPOINT_URL_KMS is no URL") from None

    def __repr__(self) -> str:
        return f"<{self.id}>"


def connect(region: str) -> Any:
    """A KMS client: standard retries and short timeouts, so that a dead network is an error within a minute."""
    try:
        from boto3.session import Session
        from botocore.config import Config
    except ImportError:
        raise _not_installed(SCHEME) from None
    settings = Config(
        region_name=region,
        connect_timeout=CONNECT,
        read_timeout=READ,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return Session(region_name=region).client("kms", config=settings)


# --- errors ------------------------------------------------------------------------------------------------


def _no_arn(arn: str) -> WrongCall:
    if ":alias/" in arn:
        why = "an alias can be pointed at another key, and then nothing opens any more"
        return WrongCall(f"awskms: takes a key, not an alias: {arn}", why=why, fix="aws kms describe-key --key-id ALIAS")
    return WrongCall(f'"{arn}" is no ARN of a KMS key', fix="awskms:arn:aws:kms:REGION:ACCOUNT:key/ID")


def _not_installed(name: str) -> Unavailable:
    return Unavailable(f"{name} needs boto3, which is not installed", fix=INSTALL)


def _answered(name: str, error: ClientError) -> BlueError:
    """What KMS said."""
    code = str(error.response.get("Error", {}).get("Code", "")) or "no error code"
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in INTEGRITY:
        why = "it was changed, or taken from another dialogue, or this key did not make it"
        return Tampered(f"{name}: the stored blob is not what KMS made for this dialogue", why=why)
    if code in RETRY or (code not in CONFIGURATION and status >= 500):
        return Unavailable(f"{name}: KMS does not answer for now", why=f"{code}, {_attempts(error)}", fix="run the same command again")
    why = CONFIGURATION.get(code, "KMS refuses")
    return Locked(f"{name}: {why}", why=code, fix=DENIED if code == "AccessDeniedException" else "")


def _attempts(error: ClientError) -> str:
    count = int(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)) + 1
    return f"{count} attempts" if count > 1 else "1 attempt"


def _unanswered(name: str, error: BotoCoreError) -> BlueError:
    """What happened on the way there. botocore's own text is left out: it may hold an address with credentials."""
    kind = type(error).__name__
    if "Credential" in kind or "Profile" in kind or "Token" in kind or "SSO" in kind:
        return Locked(f"{name}: there are no AWS credentials that can be used", why=kind, fix="aws configure, or aws sso login")
    if "Config" in kind or ("Endpoint" in kind and "Connection" not in kind):
        return _unset(name, kind)
    return Unavailable(f"{name}: KMS cannot be reached", why=kind, fix="look at the network, then run the same command again")


def _no_answer(name: str) -> Unavailable:
    why = "the reply was cut off, or something between here and AWS answered"
    return Unavailable(f"{name}: this is no answer of KMS", why=why, fix="look at the network, then run the same command again")


def _unset(name: str, why: str) -> Locked:
    return Locked(f"{name}: the AWS settings of this machine are wrong", why=why)

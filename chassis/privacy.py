"""Personal data: sealed at rest, found again by a blind index, masked in views.

A sealed text is  length of key id (1 byte) ‖ key id ‖ algorithm (1 byte) ‖ nonce (12) ‖ ciphertext and tag (16).
What comes before the nonce is authenticated together with the context, so neither can be exchanged. The context names
where the text belongs, for example "dispute_party.phone": moved to another column or kind of row it does not open.
"""

import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.config import SealingSettings
from chassis.errors import BrokenSeal, Misconfigured

ALGORITHMS = {"AES-256-GCM": 1, "SM4-GCM": 2}
NONCE_BYTES = 12
TAG_BYTES = 16
BLIND_INDEX_BYTES = 16


class Sealer:
    """Seals with one key and opens with all.

    `keys` are 32 bytes each, by id; `active` seals (by default the last). Nonces are random: a key is good for 2³²
    seals (NIST SP 800-38D, 8.3), a few thousand years of one district.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        blind_index_key: bytes,
        *,
        active: str | None = None,
        algorithm: str = "AES-256-GCM",
    ) -> None:
        self._active = active or list(keys)[-1]
        self._algorithm = ALGORITHMS[algorithm]
        self._ciphers: dict[tuple[str, int], AESGCM | Sm4Gcm] = {}
        for key_id, key in keys.items():
            self._ciphers[key_id, ALGORITHMS["AES-256-GCM"]] = AESGCM(key)
            self._ciphers[key_id, ALGORITHMS["SM4-GCM"]] = Sm4Gcm(_sm4_key(key))
        self._blind_index_key = blind_index_key

    def seal(self, text: str, context: str) -> bytes:
        """Seal a text for one context; the same text seals differently each time."""
        header = _header(self._active, self._algorithm)
        nonce = os.urandom(NONCE_BYTES)
        cipher = self._ciphers[self._active, self._algorithm]
        return header + nonce + cipher.encrypt(nonce, text.encode(), header + context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """Open what was sealed for this context.

        Raises BrokenSeal when it does not hold, Misconfigured when its key is not among ours.
        """
        header, key_id, algorithm, rest = _parts(bytes(sealed))
        if (cipher := self._ciphers.get((key_id, algorithm))) is None:
            if algorithm not in ALGORITHMS.values():
                raise BrokenSeal(f"a sealed {context} names algorithm {algorithm}; 1 or 2 would be right")
            raise Misconfigured(f"a {context} is sealed with key {key_id!r}; SEALING_KEYS must hold it")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], header + context.encode()).decode()
        except (InvalidTag, UnicodeDecodeError):
            raise BrokenSeal(
                f"a sealed {context} does not open with key {key_id!r}: it was changed or sealed for another context"
            ) from None

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """Seal anew with the active key and algorithm; what already is comes back as it was."""
        header, *_ = _parts(bytes(sealed))
        if header == _header(self._active, self._algorithm):
            return bytes(sealed)
        return self.seal(self.open(sealed, context), context)

    def blind_index(self, text: str, context: str) -> bytes:
        """A keyed fingerprint that finds equal texts of one context without opening any; see `normalised`."""
        message = context.encode() + b"\0" + normalised(text).encode()
        return hmac.digest(self._blind_index_key, message, hashlib.sha256)[:BLIND_INDEX_BYTES]

    def fingerprints(self, words: Iterable[str], context: str) -> set[int]:
        """Keyed numbers of 16 bits for these words, to search what is sealed; several words share a number."""
        keyed = hmac.new(self._blind_index_key, context.encode() + b"\0", hashlib.sha256)
        found = set()
        for word in words:
            one = keyed.copy()
            one.update(word.encode())
            found.add(int.from_bytes(one.digest()[:2]))
        return found


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/counter mode (RFC 8998), with the interface of AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, nonce: bytes, plain: bytes, associated: bytes) -> bytes:
        encryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        decryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(associated)
        return decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()


@cache
def sealer() -> Sealer:
    """The process's sealer, from its settings. Raises Misconfigured; call it once at start-up to find out early."""
    settings = SealingSettings.read()
    return Sealer(
        settings.sealing_keys,
        settings.blind_index_key,
        active=settings.sealing_key_id,
        algorithm=settings.sealing_algorithm,
    )


def _sm4_key(key: bytes) -> bytes:
    """SM4's own 16 bytes, drawn from ours, so that no key serves two ciphers."""
    return HKDF(SHA256(), length=16, salt=None, info=b"linli SM4-GCM").derive(key)


def _header(key_id: str, algorithm: int) -> bytes:
    return bytes([len(key_id)]) + key_id.encode("ascii") + bytes([algorithm])


def _parts(sealed: bytes) -> tuple[bytes, str, int, bytes]:
    """Header, key id, algorithm, and what follows: nonce, ciphertext and tag."""
    end = 2 + sealed[0] if sealed else 2
    if len(sealed) < end + NONCE_BYTES + TAG_BYTES:
        raise BrokenSeal(f"{len(sealed)} bytes are too few for a sealed text: it was cut, or never sealed")
    return sealed[:end], sealed[1 : end - 1].decode("ascii", "replace"), sealed[end - 1], sealed[end:]


_DOTS = re.compile(r"[•‧∙⋅・.](?=[㐀-鿿])")
_PHONE = re.compile(r"[+0-9()\-]{7,}")
_COUNTRY = re.compile(r"(?:\+86|(?:00)?86(?=1[3-9]\d{9}$|0\d{9,11}$))+")


def normalised(text: str) -> str:
    """One spelling for what people write in many: 张 三 = 张三, +86 138-0013-8000 = 13800138000, …12x = …12X.

    Compatibility forms (NFKC) and cases are folded, white space goes, the dot in names such as 买买提·艾力 becomes ·.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    plain = _DOTS.sub("·", unicodedata.normalize("NFKC", folded))
    if _PHONE.fullmatch(plain):
        digits = re.sub(r"[()\-]", "", plain)
        return digits[country.end() :] if (country := _COUNTRY.match(digits)) else digits
    return plain


_COMPOUND = (
    "欧阳司马上官诸葛东方皇甫尉迟公孙慕容令狐司徒司空夏侯端木轩辕南宫长孙宇文闻人独孤呼延赫连澹台公冶"
    "宗政濮阳淳于单于太叔申屠公羊钟离鲜于闾丘亓官仲孙万俟拓跋东郭南门西门梁丘左丘"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))


def mask_name(name: str) -> str:
    """王小明 → 王**, 欧阳锋 → 欧阳*, 买买提·艾力 → 买**·**; a single character hides wholly."""
    plain = unicodedata.normalize("NFKC", name).strip()
    shown = 2 if plain[:2] in COMPOUND_SURNAMES and len(plain) > 2 else min(1, len(plain) - 1)
    return plain[:shown] + re.sub(r"[^\s·•‧・.]", "*", plain[shown:]) if plain else ""


def mask_phone(phone: str) -> str:
    """13800138000 → 138****8000, 0755-26666666 → 0755-****6666; other numbers keep their last two digits."""
    if re.fullmatch(r"1[3-9]\d{9}", mobile := normalised(phone)):
        return f"{mobile[:3]}****{mobile[-4:]}"
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", phone)).removeprefix("+86").lstrip("-")
    if landline := re.fullmatch(r"((?:010|02\d|0[3-9]\d{2})-?)?(\d{3,4})(\d{4})(-\d{1,6})?", plain):
        area, hidden, shown, extension = landline.groups(default="")
        return area + "*" * len(hidden) + shown + re.sub(r"\d", "*", extension)
    return "*" * (len(plain) - 2) + plain[-2:] if len(plain) > 6 else "*" * len(plain)


def mask_id(number: str) -> str:
    """11010519491231002X → 1****************X, and so for passports.

    Neither the district nor the last four are shown: neighbours know the birthday, and with it these give the whole.
    """
    plain = "".join(unicodedata.normalize("NFKC", number).split())
    return plain[0] + "*" * (len(plain) - 2) + plain[-1] if len(plain) > 6 else "*" * len(plain)


def mask_address(address: str) -> str:
    """海月路12号3栋502室 → 海月路**号*栋***室: the street stays, the door does not."""
    numeral = r"[0-9A-Za-z甲乙丙丁一二三四五六七八九十百零〇]"
    plain = unicodedata.normalize("NFKC", address)
    return re.sub(rf"{numeral}+(?=[0-9-]*(?:号|弄|栋|幢|座|楼|单元|层|室|房|户))|[0-9]", _stars, plain)


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found.group())

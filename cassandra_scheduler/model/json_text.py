# SPDX-License-Identifier: Apache-2.0
"""The JSON of the store's text columns: the one form that we write.

Equal values give equal texts. The digest of a row and every comparison of
rows depend on it, so the form never changes: sorted keys, no spaces, ASCII.

Reading is on the path of every request. msgspec reads three to ten times as
fast as the standard library (doc/source/design/values.rst), but refuses three
things that the standard library writes: half of a surrogate pair, NaN and
Infinity. The standard library reads those.
"""

import json
from typing import Any

import msgspec

encode = json.JSONEncoder(separators=(',', ':'), sort_keys=True).encode
_read = msgspec.json.Decoder().decode


def decode(text: str) -> Any:
    """Return the value of a JSON text. Raises ValueError if it is none."""
    try:
        return _read(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return json.loads(text)

# SPDX-License-Identifier: Apache-2.0
"""Random rows full of what means something in a line of keys and values, and what is to be read
back out of such a line: written from the documents of the formats, not from the program."""

PIECES = ["=", "|", "\\", "\n", "\r\n", "\t", " ", "  ", "\\n", "\\=", "\\|", "\\\\", '"', "'", "^",
          "\0", "\x1b[31m", "\x7f", "é", "山田", "🎉", "👩‍👩‍👧", "\u202e", "\u2028", "\ufeff",
          " suser=evil", "\tusrName=evil", " CEF:0|a|b|c|d|e|9|", "LEEF:2.0|", "x09", "{", "]", ","]
VERBS = ["Created new admin", "Deleted admin", "Edited Policy", "Login Failed", "Logout",
         "Rest API V2 Call", "Assigned role", "Renamed list", "Nothing known"]


def random_text(chance, longest=12):
    """Never a place-holder for nothing: a word is in it."""
    pieces = [chance.choice(PIECES) for _ in range(chance.randrange(longest))]
    pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(["word", "x", "Zürich", "7"]))
    return "".join(pieces)


def random_row(chance, number):
    longest = chance.choice([4, 12, 12, 400])
    row = {
        "_id": f"id-{number}",
        "timestamp": 1_760_000_000 + number,
        "type": random_text(chance),
        "audit_log_event": chance.choice(VERBS) + " " + random_text(chance, longest),
        "user": random_text(chance, longest),
        "organization_unit": random_text(chance),
        "count": chance.randrange(4),
        "supporting_data": {"data_type": random_text(chance),
                            "data_values": [random_text(chance, longest)
                                            for _ in range(chance.randrange(5))]},
        "x" + random_text(chance, 3): random_text(chance, longest),
    }
    if chance.random() < 0.5:
        row["ur_normalized"] = random_text(chance)
    if chance.random() < 0.5:
        row["srcip"] = chance.choice(["198.51.100.7", "2001:db8::7"])
    return row


def one_line(text, kept=""):
    """Control characters that cannot be written are spaces."""
    return "".join(" " if ord(c) < 0x20 and c not in kept else c for c in text)


def trimmed(text):
    return text.strip("".join(map(chr, range(0x21))))


def fitted(text, limit):
    """Without blanks around it, and at most `limit` bytes of whole characters."""
    text = trimmed(text)
    if len(text.encode()) > limit:
        text = trimmed("." + text.encode()[:limit].decode(errors="ignore"))[1:]
    return text

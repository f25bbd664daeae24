# SPDX-License-Identifier: Apache-2.0
"""A reader of LEEF, written from IBM's guide: header fields between pipes, an optional delimiter in
version 2.0 (a character, or its code after x or 0x), attributes that are keys and values with the
first '=' between them. It refuses what the guide forbids."""
import ipaddress
import re

ADDRESSES = {"src", "dst", "srcPreNAT", "dstPreNAT", "srcPostNAT", "dstPostNAT", "identSrc", "vSrc"}
LIMITS = {"usrName": 255, "identHostName": 255, "identNetBios": 255, "identGrpName": 255,
          "vSrcName": 255, "accountName": 255}
BOOLEANS = {"isLoginEvent", "isLogoutEvent"}
PREDEFINED = ADDRESSES | LIMITS.keys() | BOOLEANS | {
    "cat", "devTime", "devTimeFormat", "proto", "sev", "srcPort", "dstPort", "srcMAC", "dstMAC",
    "srcPreNATPort", "dstPreNATPort", "srcPostNATPort", "dstPostNATPort", "identMAC", "srcBytes",
    "dstBytes", "srcPackets", "dstPackets", "totalPackets", "role", "realm", "policy", "resource",
    "url", "groupID", "domain", "identSecondlp", "calLanguage", "calCountryOrRegion"}


class NotLeef(ValueError):
    pass


def delimiter_of(text):
    code = re.fullmatch(r"0?x([0-9A-Fa-f]{1,4})", text)
    if code:
        return chr(int(code[1], 16))
    if len(text) != 1:
        raise NotLeef(f"{text!r} is no delimiter")
    return text


def check(key, value):
    if key in ADDRESSES:
        ipaddress.ip_address(value)
    if key == "sev" and not 1 <= int(value) <= 10:
        raise NotLeef(f"sev {value} is not from 1 to 10")
    if key == "devTime" and not re.fullmatch(r"\d{10}|\d{13}", value):
        raise NotLeef(f"devTime {value!r} needs a devTimeFormat")
    if key in BOOLEANS and value not in ("true", "false"):
        raise NotLeef(f"{key} {value!r} is neither true nor false")
    if len(value) > LIMITS.get(key, len(value)):
        raise NotLeef(f"{key} is longer than {LIMITS[key]}")


def read_leef(line):
    """(header fields, attributes) of a line of text."""
    version, *rest = line.split("|")
    if version not in ("LEEF:1.0", "LEEF:2.0"):
        raise NotLeef(f"{version!r} is no version of LEEF")
    fields = 4 if version == "LEEF:1.0" else 5
    if len(rest) <= fields:
        raise NotLeef("the header is cut short")
    header = rest[:fields]
    delimiter = "\t" if fields == 4 else delimiter_of(header.pop())
    if any(not field for field in header) or len(header[3]) > 255:
        raise NotLeef("a field of the header is empty, or too long")
    attributes = {}
    for attribute in "|".join(rest[fields:]).split(delimiter):
        key, equals, value = attribute.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z0-9]+", key):
            raise NotLeef(f"{attribute!r} is no attribute")
        if key in attributes:
            raise NotLeef(f"{key} stands twice")
        check(key, value)
        attributes[key] = value
    return header, attributes

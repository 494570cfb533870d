"""What went wrong on the network, in words; and URLs as they may be shown."""

from __future__ import annotations

import re
import socket
import ssl
from http import HTTPStatus

from store.text.clean import clean_line

URL_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")


def redact_url(url: str) -> str:
    """A URL without the name and password in it, in one clean line (case 86)."""
    return clean_line(URL_CREDENTIALS.sub("…@", url), limit=300)


def describe_failure(error: BaseException) -> str:
    """Why a connection failed, in words."""
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.append(each)
        each = each.__cause__ or each.__context__
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of the server is not valid ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection with the server"
        if isinstance(cause, socket.gaierror):
            return "there is no such host"
        if isinstance(cause, TimeoutError):
            return "the server does not answer"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return clean_line(str(error)).lower() or "the connection failed"


def describe_status(status: int) -> str:
    """A status code in words: `404 Not Found`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"status {status}"

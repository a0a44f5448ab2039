"""Why a server could not be asked, in words of people."""

from __future__ import annotations

import os
import socket
import ssl

import aiohttp


def why_unreachable(error: BaseException) -> str:
    """What went wrong with a connection: the end of a sentence, without a full stop.

    An error of aiohttp says which host and which TLS settings it was about; that is for programs.
    """
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
    match cause:
        case ConnectionRefusedError():
            return "nothing listens there"
        case socket.gaierror():
            return "no server has this name"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({cause.verify_message})"
        case ssl.SSLError():
            # Without a reason where there was no TLS at all.
            return f"no TLS connection can be made ({getattr(cause, 'reason', '') or 'closed'})"
        case TimeoutError():
            return "it does not answer in time"
        case aiohttp.ServerDisconnectedError():
            return "it closes the connection without an answer"
        case aiohttp.InvalidURL():
            return "this is no address"
        case OSError(errno=int(number)):
            return os.strerror(number)[:1].lower() + os.strerror(number)[1:]
    return f"its answer cannot be read ({type(error).__name__})"

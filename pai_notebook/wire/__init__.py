"""The service: endpoint, configuration, credentials, signing, pacing, retries, paging. Returns plain documents."""

from __future__ import annotations

from pai_notebook.wire.client import Client
from pai_notebook.wire.credentials import Credentials, Provider
from pai_notebook.wire.decode import decode
from pai_notebook.wire.endpoint import Endpoint, endpoint_for, parse_endpoint
from pai_notebook.wire.exchange import Reply
from pai_notebook.wire.paging import Listing
from pai_notebook.wire.settings import Limits, Settings, resolve_settings
from pai_notebook.wire.signing import Acs3Auth, authorization, canonical_request, sign
from pai_notebook.wire.sources import resolve_credentials

__all__ = [
    "Acs3Auth",
    "Client",
    "Credentials",
    "Endpoint",
    "Limits",
    "Listing",
    "Provider",
    "Reply",
    "Settings",
    "authorization",
    "canonical_request",
    "decode",
    "endpoint_for",
    "parse_endpoint",
    "resolve_credentials",
    "resolve_settings",
    "sign",
]

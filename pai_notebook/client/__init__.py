"""The service: endpoint, configuration, credentials, signing, pacing, retries, paging. Returns plain documents."""

from __future__ import annotations

from pai_notebook.client.attempt import Reply
from pai_notebook.client.client import Client
from pai_notebook.client.credential_sources import resolve_credentials
from pai_notebook.client.credentials import Credentials, Provider
from pai_notebook.client.decode import decode
from pai_notebook.client.endpoint import Endpoint, endpoint_for, parse_endpoint
from pai_notebook.client.pages import Listing
from pai_notebook.client.settings import Limits, Settings, resolve_settings
from pai_notebook.client.signing import authorization, canonical_request, sign

__all__ = [
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

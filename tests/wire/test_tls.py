"""Certificates: checked always, and nothing is sent to a server that has none that is trusted."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pai_notebook.errors import ServiceUnavailable

from .faultserver import FAULTS, FaultServer, draw


def make_certificate(folder, *, name="localhost", days=2):
    """A server context with a certificate for `name` that ends in so many days, and the file that makes it trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both, trusted = folder / "server.pem", folder / "trusted.pem"
    both.write_bytes(certificate + private)
    trusted.write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, trusted


def url_of(server):
    return f"https://localhost:{server.port}"


def test_a_private_authority_is_trusted_through_the_usual_variable(tmp_path, monkeypatch):
    context, trusted = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with FaultServer(tls=context) as server, server.client(url=url_of(server)) as client:
        assert client.run(client.get_version("m", "0.1.0")).attempts == 1
    assert server.hits[0].headers["host"] == f"localhost:{server.port}"


@pytest.mark.parametrize("case", ["unknown authority", "other name", "expired"])
def test_a_certificate_that_is_not_good_ends_the_call_before_anything_is_sent(case, tmp_path, monkeypatch):
    options = {"other name": {"name": "elsewhere.example"}, "expired": {"days": -1}}
    context, trusted = make_certificate(tmp_path, **options.get(case, {}))
    if case != "unknown authority":
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with FaultServer(tls=context) as server, server.client(url=url_of(server)) as client, pytest.raises(ServiceUnavailable) as caught:
        client.run(client.get_version("m", "0.1.0"))
    assert "certificate" in caught.value.message
    assert server.hits == []
    assert server.connections == 1


def test_faults_over_tls_lose_nothing_either(tmp_path, monkeypatch):
    context, trusted = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    limits = {"max_attempts": 10, "retry_quota": 10**6, "backoff_scale": 0.02}
    plan = lambda hit: draw(3, hit.target, hit.attempt, rate=0.2, kinds=FAULTS)  # noqa: E731
    with FaultServer(plan, tls=context) as server, server.client(url=url_of(server), **limits) as client:
        outcomes = client.run(client.get_many([("m", f"0.{number}.0") for number in range(150)]))
    assert [outcome.document["VersionName"] for outcome in outcomes] == [f"0.{number}.0" for number in range(150)]


def test_a_handshake_that_is_cut_short_is_made_again(tmp_path, monkeypatch):
    context, trusted = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with FaultServer(tls=context, dropped=2) as server, server.client(url=url_of(server), max_attempts=1) as client:
        assert client.run(client.get_version("m", "0.1.0")).attempts == 1
    assert server.connections == 3


def test_a_handshake_that_stalls_is_made_again():
    options = {"connect_timeout": 0.5, "max_attempts": 2}
    with FaultServer() as server, server.client(url=url_of(server), **options) as client, pytest.raises(ServiceUnavailable) as caught:
        client.run(client.get_version("m", "0.1.0"))
    assert "cannot be reached" in caught.value.message
    assert server.connections == 2

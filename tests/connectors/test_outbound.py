import http.server
import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.connectors import outbound
from remit.kernel.problems import Denied, Invalid, Unavailable

INSIDE = [
    "127.0.0.1", "127.9.9.9", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0",
    "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
    "fd00:ec2::254", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_public(address):
    assert not outbound.public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "140.82.121.3", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address):
    assert outbound.public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_in_ipv6_clothes(address):
    assert outbound.public(str(address)) == outbound.public(f"::ffff:{address}")


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_a_host_inside_is_refused_however_it_is_written(monkeypatch, host):
    monkeypatch.delenv(outbound.ENVIRONMENT_VARIABLE, raising=False)
    with pytest.raises((Denied, Unavailable)):
        outbound.address_of(host.strip("[]"), 443)


def test_a_host_that_is_listed_is_let_through(monkeypatch):
    monkeypatch.setenv(outbound.ENVIRONMENT_VARIABLE, "localhost:5000, file:///srv/git/")
    assert outbound.address_of("localhost", 5000) in {"127.0.0.1", "::1"}
    with pytest.raises(Denied) as refused:
        outbound.address_of("localhost", 5001)
    assert outbound.ENVIRONMENT_VARIABLE in refused.value.remedy
    allowance = outbound.Allowance.of_environment()
    assert allowance.folder("file:///srv/git/models.git")
    assert not allowance.folder("file:///srv/git/../../etc")
    assert not allowance.folder("file:///srv/gitx")
    assert not allowance.plain("localhost", 5000)


@pytest.mark.parametrize("address", ["user@host", "host/path", "", "host:port"])
def test_what_is_no_host_is_refused(address):
    with pytest.raises(Invalid):
        outbound.split(address)


class _Redirects(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://localhost:9/inside")
        elif self.path == "/near":
            self.send_response(302)
            self.send_header("Location", "/there")
        else:
            self.send_response(200)
        self.end_headers()
        if self.path == "/there":
            self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Redirects) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def test_each_redirect_is_judged_and_the_name_stays_in_the_request(monkeypatch, server):
    monkeypatch.setenv(outbound.ENVIRONMENT_VARIABLE, f"http://localhost:{server}")
    with outbound.client(seconds=5) as client:
        assert client.get(f"http://localhost:{server}/near").text == f"localhost:{server}"
        with pytest.raises(Denied):
            client.get(f"http://localhost:{server}/away")


def test_plain_http_and_inside_hosts_are_refused_unless_listed(monkeypatch, server):
    monkeypatch.setenv(outbound.ENVIRONMENT_VARIABLE, f"localhost:{server}")
    with outbound.client(seconds=5) as client, pytest.raises(Denied, match="https"):
        client.get(f"http://localhost:{server}/there")
    monkeypatch.delenv(outbound.ENVIRONMENT_VARIABLE)
    with outbound.client(seconds=5) as client, pytest.raises(Denied):
        client.get(f"https://localhost:{server}/there")
    assert httpx.get(f"http://localhost:{server}/there", trust_env=False).status_code == 200

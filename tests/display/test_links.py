"""Only public https addresses become links, and files that were written beside the notebook."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.display.links import file_link, safe_href

FOLLOWED = {
    "https://pai.console.aliyun.com/?regionId=cn-hangzhou#/workspace/1/job/train1?a=b&c=d": "",
    "https://example.com": "",
    "https://example.com:8443/a/b.html": "",
    "https://xn--fiqs8s.example/": "",
    "HTTPS://EXAMPLE.COM/a": "https://EXAMPLE.COM/a",
    "https://example.com/模型(1)|<x>": "https://example.com/%E6%A8%A1%E5%9E%8B%281%29%7C%3Cx%3E",
    "https://example.com/%E6%A8%A1": "",
}
REFUSED = [
    "",
    "http://example.com/",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "oss://bucket/key",
    "//example.com/",
    "/api/contents",
    "api",
    "#x",
    "mailto:a@b.example",
    "https:example.com",
    "https:///example.com",
    "https://",
    "https://user:password@example.com/",
    "https://example.com\\@evil.example/",
    "https://evil.example\t/",
    "https://exam\u200bple.com/",
    "https://example.com/\u202egnp.exe",
    "https://example.com/a b",
    " https://example.com/",
    "https://localhost/",
    "https://a.localhost/",
    "https://localhost.localdomain/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[",
    "https://10.0.0.1/",
    "https://printer.local/",
    "https://metadata.internal/",
    "https://intranet/",
    "https://exämple.com/",
    "https://example.com:99999/",
    "https://example.com:0/",
    "https://example.com/" + "a" * 2100,
]


@pytest.mark.parametrize("address", FOLLOWED)
def test_public_https_addresses_are_followed(address):
    assert safe_href(address) == (FOLLOWED[address] or address)


@pytest.mark.parametrize("address", REFUSED)
def test_everything_else_stays_text(address):
    assert safe_href(address) == ""


@given(st.text(), st.sampled_from(["https://example.com/", "https://", "", "HTTPS:"]))
def test_what_is_followed_is_plain_ascii_and_needs_no_escaping(tail, head):
    href = safe_href(head + tail)
    assert href == "" or href.startswith("https://")
    assert href.isascii()
    assert not set(href) & set("<>\"'`\\ |()")


def test_voila_which_serves_no_file_has_it_in_the_link_and_the_newest_of_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = (tmp_path / "<a>.html").relative_to(tmp_path)
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    assert file_link(path).startswith('<a href="%3Ca%3E.html" target="_blank">&lt;a&gt;.html<')
    for text in ("<p>one", "<p>two, longer"):
        path.write_text(text, "utf-8")
        data = base64.b64encode(text.encode()).decode()
        assert file_link(path) == f'<a href="data:text/html;base64,{data}" download="&lt;a&gt;.html">&lt;a&gt;.html</a>'

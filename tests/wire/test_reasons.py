"""What is told of somebody else's exception: its kind, a status, a code, a message without secrets; never its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.client.masking import Mask, kind_of, mask_shapes, reason_of, service_says

SECRET = "CanaryOfSecret01234567890abcdef"
ECS = "Failed to get RAM session credentials from ECS metadata service. HttpCode="
TOLD = [
    (f"{ECS}404", "no RAM role is attached to this instance (HTTP 404)"),
    (f"{ECS}500", "ValueError, HTTP 500"),
    ("unable to get profile with 'prod' form cli credentials file.", "no such profile"),
    ("unsupported profile mode 'RsaKeyPair' form cli credentials file.", "the vendor's library does not know this kind of profile"),
    ("command process timed out after 60000 milliseconds", "the external command did not end in time"),
    (f"failed to execute external command: exit status 7\nstderr: {SECRET}", "the external command failed, status 7"),
    (f"failed to execute external command: [Errno 2] No such file: '{SECRET}'", "the external command cannot be started"),
    ("the access key secret is empty", "the access key secret is empty"),
    (f'error, http_code: 403, result: {{"Code":"NoPermission","Key":"{SECRET}"}}', "ValueError, HTTP 403, NoPermission"),
    (
        f'failed to refresh OAuth token, status code: 400, response: {{"error":"invalid_grant","error_description":"{SECRET} is over"}}',
        'ValueError, HTTP 400, invalid_grant: "*** is over"',
    ),
    (f"HTTPSConnectionPool: Max retries exceeded with url: /?AccessKeyId={SECRET}", "no connection"),
    (SECRET, "ValueError"),
    ("", "ValueError"),
]


@pytest.mark.parametrize(("text", "told"), TOLD, ids=[text[:30] for text, _ in TOLD])
def test_what_the_vendors_library_says_is_told_in_our_words(text, told):
    assert reason_of(ValueError(text), Mask()) == told


class Sly(Exception):
    """An exception that cannot even be read."""

    def __str__(self):
        raise RuntimeError(SECRET)


def test_an_exception_that_cannot_be_read_is_told_by_its_type():
    assert reason_of(Sly(), Mask()) == "Sly"
    assert kind_of(type(f"{SECRET}\x1b", (Exception,), {})()) == "an exception"


@given(st.text(max_size=60), st.sampled_from(["Message", "message", "error_description"]), st.sampled_from(["", "x", "\\", '"', "\n"]))
def test_a_secret_in_a_message_is_masked_by_value_and_by_shape(text, name, sign):
    said = service_says(f'{{"Code": "Failed", "{name}": "{text}{sign}{SECRET}{sign}{text}"}}', Mask([SECRET]), status=403)
    assert said.startswith("HTTP 403")
    assert SECRET[2:-2] not in said
    assert SECRET not in mask_shapes(f"{sign}{SECRET}{sign}")


@given(st.text(max_size=80), st.text(max_size=80), st.integers(0, 23))
def test_every_run_of_eight_characters_of_a_secret_is_masked(before, after, start):
    masked = Mask([SECRET])(before + SECRET[start:] + after)
    assert not any(SECRET[at : at + 8] in masked for at in range(len(SECRET) - 7))


@given(st.text(alphabet="xyz -", max_size=80))
def test_what_belongs_to_no_secret_stays(text):
    assert Mask([SECRET, "short"])(text) == text

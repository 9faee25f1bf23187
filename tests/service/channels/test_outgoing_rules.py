"""Where webhooks may go."""

from __future__ import annotations

import pytest

from service.channels.outgoing import rules
from service.channels.outgoing.client import SignedPost


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://user:pass@example.com/",
        "https:///nothing",
        "https://example.com:port/",
        "file:///etc/passwd",
    ],
)
def test_addresses_of_the_own_network_are_refused(url: str) -> None:
    assert not rules.acceptable(url, private=False)


def test_public_addresses_and_allowed_private_ones_are_taken() -> None:
    assert rules.acceptable("https://example.com/hook?x=1", private=False)
    assert rules.acceptable("https://8.8.8.8/", private=False)
    assert rules.acceptable("http://10.1.2.3:8080/", private=True)


async def test_a_name_that_leads_inside_is_refused_when_it_is_resolved() -> None:
    post = SignedPost(private=False)
    answer = await post.send("https://localhost/", "s" * 16, b"{}", "e")
    await post.close()
    assert answer.status == 0
    assert not answer.sent
    assert "private" in answer.words


def test_pauses_grow_to_an_hour() -> None:
    pauses = [rules.pause(n) for n in range(rules.MAX_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 5
    assert max(pauses) == 3600
    assert 6 * 3600 > sum(pauses) > 2 * 3600

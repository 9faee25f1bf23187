"""The console in a test's browser: somebody logs in, somebody with an account of his own."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.stack import PASSWORD, Agent, Stack


def fill_log_in(page: Page, name: str) -> None:
    """Write name and password into the log-in page that is open, and go on."""
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def log_in(page: Page, stack: Stack, name: str) -> None:
    """Open the desk of somebody who has an account."""
    page.goto(f"{stack.url}/console/")
    fill_log_in(page, name)
    expect(page.get_by_role("heading", name=re.compile("等待接入"))).to_be_visible()


def desk_of(page: Page, stack: Stack, name: str, role: str = "agent") -> Agent:
    """Give somebody an account and open his desk."""
    agent = Agent.enter(stack, name, role)
    log_in(page, stack, name)
    return agent

"""Turns a second and their latency, against plain Rasa on the same machine in the same run."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bench.load import Connection, Figures, closed_loop, cycle, open_loop
from bench.plain_rasa import PlainRasa
from tests.stack import Customer, Stack

ARTICLES = ["发票怎么开", "积分多久过期", "会员有哪些等级", "怎么绑定加油卡", "余额可以提现吗", "优惠券可以叠加使用吗"]
# Flow turns: a question that a form asks, then its answer.
FLOWS = ["我的加油券还没到账", "用分加油没成功", "支付失败", "一次加油扣了我两笔", "帮我开张发票", "个人"]
MIX = [*ARTICLES, ARTICLES[0], FLOWS[0], FLOWS[1], FLOWS[2]]
CLIENTS = 16


@dataclass
class Load:
    """One named load on one target."""

    name: str
    figures: Figures


class HouseLoad:
    """Customers who write to the service; each has a conversation of its own."""

    def __init__(self, stack: Stack, tag: str) -> None:
        self._customers = [Customer.enter(stack, f"demo-gold-{tag}{n}") for n in range(CLIENTS)]
        self._connections = [Connection("127.0.0.1", stack.service_port) for _ in range(CLIENTS)]
        self._numbers = [itertools.count() for _ in range(CLIENTS)]

    async def say(self, client: int, text: str) -> bool:
        customer = self._customers[client]
        body = {"client_id": f"b{next(self._numbers[client])}", "text": text}
        status, answer = await self._connections[client].request(
            "POST", "/api/v1/widget/messages", body, customer.headers
        )
        return status == 200 and bool(answer["messages"])

    async def closed(self, texts: list[str], seconds: float) -> Figures:
        counters = [itertools.count() for _ in range(CLIENTS)]
        return await closed_loop(lambda c: self.say(c, cycle(texts, next(counters[c]))), CLIENTS, seconds)

    async def paced(self, texts: list[str], rate: float, seconds: float) -> Figures:
        counter = itertools.count()
        return await open_loop(lambda c: self.say(c, cycle(texts, next(counter))), CLIENTS, rate, seconds)


async def plain(rasa: PlainRasa, texts: list[str], seconds: float) -> Figures:
    """The same texts to plain Rasa's REST channel."""
    connections = [Connection("127.0.0.1", rasa.port) for _ in range(CLIENTS)]
    counters = [itertools.count() for _ in range(CLIENTS)]

    async def job(client: int) -> bool:
        number = next(counters[client])
        # A new sender every ten turns: Rasa slows down as a tracker grows.
        body = {"sender": f"{client}-{number // 10}", "message": cycle(texts, number)}
        status, answer = await connections[client].request("POST", "/webhooks/rest/webhook", body)
        return status == 200 and bool(answer)

    return await closed_loop(job, CLIENTS, seconds)

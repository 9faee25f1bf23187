"""Wire shapes of the running conversation: pages of messages, colleagues."""

from __future__ import annotations

from pydantic import BaseModel

from service.channels.console.schemas import TurnShape
from service.channels.widget.schemas import MessageShape


class TalkAnswer(BaseModel):
    """A page of messages, oldest first. `more`: there is more in the direction asked for. `read_seq`: how far the
    customer has read, 0 when his channel cannot tell. `turns` judges the customer's messages of the page."""

    messages: list[MessageShape]
    turns: list[TurnShape]
    state: str
    epoch: int
    mine: bool
    more: bool
    read_seq: int


class ColleagueShape(BaseModel):
    id: int
    username: str
    number: str
    role: str
    department: str | None
    presence: str


class ColleagueList(BaseModel):
    items: list[ColleagueShape]

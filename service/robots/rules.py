"""Pure decisions about robots: which event a call is, whom it concerns, when to try again, what an answer means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

KINDS: Mapping[str, str] = {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}
EVENTS: Mapping[str, str] = {
    "filed": "新工单",
    "passed": "转到本部门",
    "answered": "客户已答复",
    "reopened": "客户重新打开",
    "urged": "客户催办",
    "due_soon": "快到时限",
    "overdue": "已超时",
    "unaccepted": "P0 无人接单",
}
"""What a robot may be told, in words."""
SCOPES: Mapping[str, str] = {"all": "全部工单", "department": "一个部门", "station": "一座油站"}

GAP_SECONDS = 3.5
"""Between two messages of a robot: the strictest of the three takes 20 a minute. What comes meanwhile is merged."""
HOLD_SECONDS = 30.0
"""For so long nobody else sends for a robot; a process that dies in between gives it back."""
BATCH = 50
MAX_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0

_EVENT_OF = {
    "filed": "filed",
    "incident": "filed",
    "passed": "passed",
    "answered": "answered",
    "reopened": "reopened",
    "urged": "urged",
    "urges": "urged",
    "warning": "due_soon",
    "breach": "overdue",
    "unaccepted": "unaccepted",
    "p0_unanswered": "unaccepted",
}
_LIMITED: Mapping[str, Mapping[int, float]] = {
    "wecom": {45009: 60.0},
    # Whoever exceeds the limit of 钉钉 is silenced for ten minutes.
    "dingtalk": {130101: 600.0, 410100: 600.0},
    "feishu": {11232: 60.0},
}
_BUSY = {-1}
_WRONG: Mapping[int, str] = {
    93000: "机器人地址无效，可能已被移出群",
    40058: "内容太长或格式不对",
    310000: "安全设置没有通过（签名、关键词或来源地址），请核对密钥",
    300001: "机器人地址无效，可能已被移出群",
    300005: "机器人地址无效，可能已被移出群",
    400013: "群已解散",
    400101: "机器人地址无效，可能已被移出群",
    400102: "机器人已被停用",
    19001: "机器人地址无效，可能已被移出群",
    19021: "签名没有通过，请核对密钥和服务器时间",
    19022: "服务器地址不在机器人的白名单里",
    19024: "没有包含机器人要求的关键词，请把关键词设为“油伴”",
}


@dataclass(frozen=True)
class Concern:
    """Whom a call concerns: the departments and the station of its ticket; `upward`: only those who look after all."""

    departments: frozenset[str]
    station_id: str | None = None
    upward: bool = False


@dataclass(frozen=True)
class Addressee:
    """What of a robot says whether a call is for it."""

    scope: str
    department: str | None
    station_id: str | None
    events: Sequence[str]


@dataclass(frozen=True)
class Verdict:
    """What an answer means. `hold`: send nothing for so many seconds, nothing was wrong with the message itself.

    `final`: trying again does not help before somebody changes the robot.
    """

    ok: bool
    words: str
    hold: float = 0.0
    final: bool = False


def event_of(why: str) -> str | None:
    """The event that an announcement means for robots; None: none of theirs."""
    return _EVENT_OF.get(why)


def concerns(robot: Addressee, event: str, concern: Concern) -> bool:
    """Whether a robot is to tell this."""
    if event not in robot.events:
        return False
    if robot.scope == "all":
        return True
    if concern.upward:
        return False
    if robot.scope == "department":
        return robot.department in concern.departments
    return robot.station_id is not None and robot.station_id == concern.station_id


def pause(attempts: int) -> float:
    """Seconds until the next try."""
    return float(min(_FIRST_PAUSE * 2 ** max(0, attempts - 1), _LONGEST_PAUSE))


def still_true(event: str, *, is_open: bool, accepted: bool) -> bool:
    """Whether a call that waited is still worth sending, as the ticket is now."""
    if event == "unaccepted":
        return is_open and not accepted
    return is_open or event not in ("due_soon", "overdue", "urged")


def verdict(kind: str, status: int, text: str, retry_after: float = 0.0) -> Verdict:
    """What came back from a robot. The three answer HTTP 200 with a code of their own in the body."""
    if status == 429:
        return Verdict(False, "429 发送太快", hold=retry_after or 60.0)
    if status == 0:
        return Verdict(False, f"没有连上：{text}"[:200])
    if 300 <= status < 400:
        return Verdict(False, f"{status} 地址转去了别处，没有跟随", final=True)
    if status >= 500:
        return Verdict(False, f"{status} 对方暂时出错")
    code, said = _code(kind, text)
    if status >= 400:
        return Verdict(False, f"{status} {said}"[:200], final=True)
    if code is None:
        return Verdict(False, "对方的回答看不懂，请核对地址")
    if code == 0:
        return Verdict(True, "已送达")
    held = _LIMITED[kind].get(code)
    if held is None and kind == "feishu" and code == 9499 and "many" in said:
        held = 60.0
    if held is not None:
        return Verdict(False, f"{code} 发送太快，过一会儿再发", hold=held)
    if code in _BUSY:
        return Verdict(False, f"{code} 对方系统忙")
    return Verdict(False, f"{code} {_WRONG.get(code) or said}"[:200], final=code in _WRONG)


def _code(kind: str, text: str) -> tuple[int | None, str]:
    try:
        raw: Any = json.loads(text)
    except ValueError:
        return None, ""
    if not isinstance(raw, dict):
        return None, ""
    names = ("code", "StatusCode") if kind == "feishu" else ("errcode",)
    code = next((raw[n] for n in names if isinstance(raw.get(n), int) and not isinstance(raw[n], bool)), None)
    return code, str(raw.get("msg") or raw.get("errmsg") or "")[:80]


def hint(url: str) -> str:
    """An address as it may be shown: the host and its last four characters."""
    host = url.split("//", 1)[-1].split("/", 1)[0].split("?", 1)[0]
    return f"{host}/…{url[-4:]}"


def secret_hint(secret: str | None) -> str | None:
    return f"…{secret[-4:]}" if secret else None

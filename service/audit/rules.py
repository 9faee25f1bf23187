"""Pure decisions about the audit log: its seals, what is shown of a row, and what an action is called."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Mapping

from service.privacy import mask

GENESIS = ""

TITLES: Mapping[str, str] = {
    "agent.login": "登录",
    "agent.add": "新建账号",
    "agent.change": "修改账号",
    "agent.presence": "切换接待状态",
    "agent.away": "自动改为暂离",
    "audit.read": "查看审计记录",
    "audit.verify": "核验审计链",
    "audit.export": "导出审计记录",
    "article.publish": "发布文章",
    "article.rollback": "文章恢复旧版本",
    "article.retire": "下线文章",
    "article.discard": "丢弃文章草稿",
    "attachment.read": "查看附件",
    "binding.made": "绑定渠道账号",
    "binding.undone": "解除渠道绑定",
    "canned.save": "修改常用语",
    "canned.remove": "删除常用语",
    "conversation.read": "查看会话",
    "conversation.takeover": "接管会话",
    "customer.by_phone": "按手机号查客户",
    "customer.card": "查看客户资料",
    "customer.phone_note": "记录电话",
    "customer.reveal": "查看完整个人信息",
    "delivery.replayed": "重新投递消息",
    "fact.change": "修改业务数据",
    "guest.freeze": "访客核验后冻结账户",
    "guest.phone_proven": "访客验证手机号",
    "hook.made": "新增回调地址",
    "hook.removed": "删除回调地址",
    "hook.replayed": "重新推送事件",
    "hook.switched": "启停回调地址",
    "identity.forgotten": "清除渠道个人信息",
    "media.upload": "上传文章素材",
    "policy.publish": "修改规则表",
    "proposal.refused": "不采纳知识建议",
    "proposal.taken": "采纳知识建议",
    "rating.improve": "完成评价改进",
    "remedy.approve": "批准补救",
    "remedy.done": "平台已办理补救",
    "remedy.failed": "平台无响应，补救未办成",
    "remedy.pending": "提交补救",
    "remedy.refuse": "驳回补救",
    "remedy.refused": "补救被拒绝",
    "remedy.retry": "重试补救",
    "remedy.waiting_approval": "补救提交审批",
    "robot.add": "新增群机器人",
    "robot.change": "修改群机器人",
    "robot.remove": "删除群机器人",
    "robot.replay": "重新推送群消息",
    "robot.test": "测试群机器人",
    "search": "搜索",
    "ticket.accept": "接受工单",
    "ticket.advance": "推进工单",
    "ticket.answer": "回复客户（工单）",
    "ticket.ask": "请客户补充（工单）",
    "ticket.assign": "指派工单",
    "ticket.file": "新建工单",
    "ticket.link": "关联工单",
    "ticket.merge": "合并工单",
    "ticket.note": "工单备注",
    "ticket.party": "设置争议各方",
    "ticket.pass": "转交工单",
    "ticket.priority": "改工单优先级",
    "ticket.proposal": "提出知识建议",
    "ticket.ruling": "裁定争议",
    "ticket.solve": "解决工单",
    "ticket.statement": "提交争议陈述",
    "ticket.unassign": "取消指派",
}
_AREAS: Mapping[str, str] = {
    "agent": "账号",
    "article": "文章",
    "attachment": "附件",
    "audit": "审计",
    "binding": "绑定",
    "callback": "回电",
    "canned": "常用语",
    "conversation": "会话",
    "customer": "客户",
    "delivery": "消息投递",
    "fact": "业务数据",
    "guest": "访客",
    "handoff": "转人工",
    "hook": "回调",
    "identity": "渠道身份",
    "media": "素材",
    "note": "备注",
    "policy": "规则表",
    "proposal": "知识建议",
    "rating": "评价",
    "remedy": "补救",
    "robot": "群机器人",
    "ticket": "工单",
}


def seal_of(previous: str, at: datetime, actor: str, action: str, target: str, data: Mapping[str, Any]) -> str:
    """SHA-256 of one audit row and the seal before it."""
    content = json.dumps([previous, at.isoformat(), actor, action, target, data], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def title_of(action: str) -> str:
    """What an action is called; one that nobody has named yet by its area."""
    if action in TITLES:
        return TITLES[action]
    area = _AREAS.get(action.split(".", 1)[0])
    return f"{area}：{action.split('.', 1)[-1]}" if area is not None else action


def masked(value: Any) -> Any:
    """`value` (JSON) with personal data masked in every text."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value


def cell(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

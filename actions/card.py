"""Fuel cards: binding that fails, cards that are lost or frozen."""

from __future__ import annotations

from typing import Iterator, Mapping

from actions import filing, remedies
from actions.case import Case
from actions.choice import NO, Option, hinted
from actions.codes import code_words, meaning
from actions.flow import Ask, Conclusion, Flow, Spoken, by_id, consent, known
from actions.form import FlowConclude, FlowForm
from actions.matching import Match
from actions.wording import sentences
from contracts.effects import AddToTicket, EndDialogue, Remedy
from contracts.entities import CARD_NUMBER, ERROR_CODE
from contracts.errors import ContractError
from contracts.platform import FuelCard
from contracts.remedies import RemedyKind

_CERTAINLY_LOST = ("挂失", "丢", "被偷", "偷了", "遗失", "被抢", "锁卡", "冻结")
"""Words that leave no doubt; a card that "cannot be found" may lie in the other car."""


class CardBindFailed(Flow):
    """A card cannot be bound: the reason behind the message and what helps; filed when it does not."""

    intent = "card_bind_failed"

    _CAUSES = (
        Option("not_found", "提示卡号不存在", ("不存在", "卡号错", "卡号不对", "无效", "查无", "没有这张卡", "格式")),
        Option("taken", "提示已被绑定", ("已被绑定", "已绑定", "被绑", "别人绑", "被占用", "已经绑")),
        Option("name", "姓名或手机号不一致", ("不一致", "不匹配", "实名", "姓名", "身份", "预留", "证件", "手机号不")),
        Option("code", "收不到验证码", ("验证码", "短信")),
        Option("password", "卡密码不对", ("密码",)),
        Option("other", "其他提示", ("其他", "别的")),
    )
    _ADVICE: Mapping[str, str] = {
        "not_found": "请对照卡面从左到右核对卡号，不要带空格；刚办的卡要等开卡激活后才能绑",
        "name": "办卡时登记的姓名、手机号要和您现在的账户一致；换过手机号的，先到「我的—账户」里改成新号再绑",
        "code": (
            "验证码 {account.sms_validity}内有效，一天最多取 {account.sms_per_day}；"
            "请看看有没有被手机拦截，过一分钟再取"
        ),
        "password": "密码连续输错 {card.password_tries}会被锁；忘了密码要先在「油卡—密码」里重置",
    }

    async def look_up(self, case: Case) -> None:
        case.found["count"] = len(await case.cards())

    def _cause(self, case: Case) -> str | None:
        if case.found.get("count", 0) >= int(case.figure("card.bind_max")):
            return "full"
        return known(case, "cause") or hinted(case.words, self._CAUSES)

    def needs(self, case: Case) -> Iterator[Ask]:
        cause = self._cause(case)
        asked = "cause" in case.memory.chosen
        if asked or (cause is None and not case.memory.first(ERROR_CODE)):
            yield Ask("cause", "绑定的时候页面提示了什么？", self._CAUSES)
        advice = self._advice(case, cause)
        if advice:
            options = (Option("yes", "绑上了"), Option(NO, "还是绑不上"))
            yield Ask("solved", f"{advice}。请按这个再试一次，绑上了吗？", options, accepts="agreed")

    def _advice(self, case: Case, cause: str | None) -> str:
        if cause == "full":
            return case.quote("您已经绑了 {card.bind_max}，到上限了，先解绑一张不用的就能绑新的")
        return case.quote(self._ADVICE.get(cause or "", ""))

    async def conclude(self, case: Case) -> Conclusion:
        if case.get("solved") == "yes":
            return filing.solved("好的，绑上就能用了。")
        await self.look_up(case)
        cause = self._cause(case)
        title = "绑卡数已到上限" if cause == "full" else next((o.title for o in self._CAUSES if o.value == cause), "")
        code = case.memory.first(ERROR_CODE)
        known_code = meaning(code)
        tail = "这张卡已被别的账户绑定，需要核对卡主后解开。" if cause == "taken" else ""
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{title or code or '原因待查'}",
            found=f"记下了{code_words(code)}。" if code else "",
            advice=sentences(
                tail,
                known_code.advice if known_code else "",
                "技术会查绑定失败的原因，请把卡号留在手边，不要反复试，免得卡被锁。",
            ),
            checked=[f"已绑定 {case.found['count']} 张卡"],
            demand="绑定油卡",
            extra={"card_number": case.memory.first(CARD_NUMBER), "error_code": code},
        )


class CardLostOrFrozen(Flow):
    """A card to be reported lost, unfrozen or replaced."""

    intent = "card_lost_or_frozen"
    record_slot = "card_id"
    asks_consent = True

    _CAUSES = (
        Option("lost", "挂失", ("挂失", "丢", "不见", "找不到", "被偷", "掉了", "遗失", "偷了")),
        Option("frozen", "解冻", ("冻", "锁", "解封", "停用", "用不了")),
        Option("reissue", "补办新卡", ("补卡", "补办", "新卡", "换卡", "重办", "消磁", "坏了", "断了")),
    )

    async def look_up(self, case: Case) -> None:
        cards = list(await case.cards())
        cause = self._cause(case)
        if cause == "frozen":
            cards = [c for c in cards if c.status == "frozen"] or cards
        if cause == "lost":
            cards = [c for c in cards if c.status == "active"] or cards
        tails = [str(n)[-4:] for n in case.memory.values(CARD_NUMBER)]
        named = [c for c in cards if c.number[-4:] in tails]
        self.pick(case, "card_id", Match(tuple(named or cards), bool(named)))

    def _cause(self, case: Case) -> str | None:
        return known(case, "cause") or hinted(case.words, self._CAUSES)

    def needs(self, case: Case) -> Iterator[Ask]:
        if "cause" in case.memory.chosen or self._cause(case) is None:
            yield Ask("cause", "请问这张卡要怎么处理？", self._CAUSES)
        yield from self.ask_which(case, "card_id", "请问是哪一张卡？")

    async def conclude(self, case: Case) -> Conclusion:
        card: FuelCard | None = by_id(await case.cards(), known(case, "card_id"))
        cause = self._cause(case)
        title = next((o.title for o in self._CAUSES if o.value == cause), self.title)
        found = f"查到您的油卡 {card.number}。" if card else ""
        if card is not None and card.status == "frozen":
            found += f"现在是冻结状态{f'（{card.note}）' if card.note else ''}。"
        elif card is not None and card.status == "lost":
            found += "已经是挂失状态，别人用不了。"
        lock = self._lock(card) if cause == "lost" and card is not None and card.status == "active" else None
        certain = any(word in case.words for word in _CERTAINLY_LOST)
        lost = f"在处理之前怕被盗刷，可以现在就在「油卡—挂失」自己先锁卡，或打 {case.say('service.hotline')}。"
        if lock is not None:
            lost = "我马上把这张卡锁上，别人刷不了，锁好就告诉您。" if certain else ""
        advice = {
            "lost": f"{lost}补卡 {case.say('card.reissue')}，工本费 {case.say('card.reissue_fee')}。",
            "frozen": "安全同事会核对冻结原因和您的身份，核对无误就解冻，请不要反复输密码。",
            "reissue": f"补卡 {case.say('card.reissue')}，工本费 {case.say('card.reissue_fee')}，卡里余额会转到新卡。",
        }.get(cause or "", "")
        return filing.file(
            self,
            case,
            summary=sentences(f"油卡{title}", f"：{card.number}" if card else "（未查到油卡）"),
            found=found,
            missing="我没有在您的账户里查到油卡，先按您说的来办。",
            advice=advice,
            checked=[f"油卡 {card.id} 状态：{card.status}，{card.note}"] if card else [],
            demand=title,
            remedies=(lock if certain else None,),
            consent=None if lock is None or certain else self._question(card),
            extra={"card_number": case.memory.first(CARD_NUMBER)} if case.memory.first(CARD_NUMBER) else None,
        )

    def _question(self, card: FuelCard | None) -> Ask | None:
        if card is None:
            return None
        text = f"怕被别人刷的话，我可以现在就把油卡 {card.number} 锁上，找到了再解。要锁吗？"
        return consent(text, "现在锁卡", "先不锁")

    def _lock(self, card: FuelCard) -> Remedy:
        done = "油卡 {number} 已经锁上，别人刷不了。找到卡了告诉我，核实是您本人就解开。"
        return remedies.by_right(RemedyKind.FREEZE_CARD, card.id, done, note="客户挂失")

    async def on_yes(self, case: Case, number: str) -> Conclusion:
        card: FuelCard | None = by_id(await case.cards(), known(case, "card_id"))
        if card is None:
            raise ContractError("a card was to be locked without a card")
        note = AddToTicket(number, "info", "客户同意先锁卡，已提交冻结")
        lock = remedies.ticketed(self._lock(card), number)
        return Conclusion((Spoken("好的，正在锁卡，锁好马上告诉您。"),), (note, lock, EndDialogue("filed")))


_FLOWS = (CardBindFailed(), CardLostOrFrozen())


class CardForm(FlowForm):
    area = "card"
    flows = _FLOWS


class CardConclude(FlowConclude):
    area = "card"
    flows = _FLOWS

import { expect, test } from "vitest";
import { detailRows } from "../src/ticketDetails";

test("fields of flows are told in words, those for programs are left out", () => {
  const rows = detailRows({
    said: ["发票抬头开错了"],
    neighbours: ["invoice_apply"],
    heard: [{ type: "order" }],
    slots: { station: "城北站", detail: "unknown", phone: null },
    draft: { title: "昆明晨光商贸有限公司", amount_fen: 20050 },
    parties: ["platform", "station"],
    second_verification: true,
    error_code: "E4012",
    checked: [],
  });
  expect(rows).toEqual([
    { title: "客户已说明", lines: ["油站：城北站", "补充说明：客户不清楚"] },
    { title: "开票资料", lines: ["抬头：昆明晨光商贸有限公司", "金额：¥200.50"] },
    { title: "可能的责任方", lines: ["平台", "油站"] },
    { title: "安全要求", lines: ["办理前需再次核实本人"] },
    { title: "错误码", lines: ["E4012"] },
  ]);
});

test("a field that nobody named yet is shown, not lost", () => {
  expect(detailRows({ pump_state: "idle" })).toEqual([{ title: "pump_state", lines: ["idle"] }]);
});

/**
 * One key for one remedy: sending the same again does it once, however often and whatever the network did. Kept until
 * there is a definite answer, also when the dialog was closed or the page left meanwhile.
 */
import { newId } from "@youban/shared/ids";
import type { RemedyWish } from "@youban/shared/card";

const unsure = new Map<string, string>();

/** What makes two wishes the same, as the service compares them: put in other words it is no other remedy. */
export function sameAs(customer: string, wish: RemedyWish): string {
  return JSON.stringify([customer, wish.kind, wish.target_id, wish.amount_fen, wish.points, wish.cause, wish.details?.["level"] ?? null]);
}

export function keyFor(same: string): string {
  const key = unsure.get(same) ?? newId();
  unsure.set(same, key);
  return key;
}

/** The service said what became of it: the next one is another remedy. */
export function settled(same: string): void {
  unsure.delete(same);
}

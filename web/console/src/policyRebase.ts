/** Put what somebody changed in a table onto a newer version of it. */
import { groupsOf, read, type Row, written } from "./policyForms";

const idOf = (row: Row): string => String(row["cause"] ?? row["id"]);

/** `theirs` with what differs between `base` and `mine`; where both changed the same field, mine stands and is shown before it is put in force. */
export function rebased(policy: string, base: readonly Row[], mine: readonly Row[], theirs: readonly Row[]): Row[] {
  const old = new Map(base.map((row) => [idOf(row), row]));
  const own = new Map(mine.map((row) => [idOf(row), row]));
  const found: Row[] = [];
  for (const row of theirs) {
    const [was, is] = [old.get(idOf(row)), own.get(idOf(row))];
    if (!was) found.push(row);
    else if (is) found.push(withChanges(policy, row, was, is));
  }
  const taken = new Set([...old.keys(), ...theirs.map(idOf)]);
  for (const row of mine.filter((one) => !old.has(idOf(one)))) {
    // A colleague's new row may have got the same made-up id.
    let id = idOf(row);
    for (let number = 2; taken.has(id); number += 1) id = `${idOf(row)}_${number}`;
    taken.add(id);
    found.push({ ...row, [row["cause"] === undefined ? "id" : "cause"]: id });
  }
  return found;
}

function withChanges(policy: string, row: Row, was: Row, is: Row): Row {
  const paths = new Map([...groupsOf(policy, was), ...groupsOf(policy, is)].flatMap((group) => group.fields.map((field) => [field.path.join("."), field.path] as const)));
  let made = row;
  for (const path of paths.values()) {
    const value = read(is, path);
    if (JSON.stringify(read(was, path) ?? null) !== JSON.stringify(value ?? null)) made = written(made, path, value);
  }
  return made;
}

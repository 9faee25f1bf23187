/** Phone numbers as people type and paste them. */

/** The mainland mobile number in `+86 138-1234 5678` and the like; null when it is none. */
export function phoneIn(typed: string): string | null {
  const digits = typed.normalize("NFKC").replace(/[\s\-()·]/g, "").replace(/^(\+86|0086|86)(?=1)/, "");
  return /^1[3-9]\d{9}$/.test(digits) ? digits : null;
}

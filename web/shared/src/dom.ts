/** Building nodes without markup strings: nothing a customer or the service writes can become an element. */

type Child = Node | string | null | false | undefined;
type Attributes = Record<string, string | number | boolean | null | undefined | EventListener>;

/** An element; `onclick` and the like become listeners, `false`/`null` attributes are left out, `true` ones are empty. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

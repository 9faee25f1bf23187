/** The widget's styles, inside its shadow root only. */
import base from "./base.css?inline";
import cards from "./cards.css?inline";
import chat from "./chat.css?inline";
import composer from "./composer.css?inline";
import pages from "./pages.css?inline";
import viewer from "./viewer.css?inline";

/** A constructed sheet needs no permission of the page's content policy; old browsers get a style element. */
export function attachStyles(root: ShadowRoot): void {
  const text = base + chat + composer + cards + pages + viewer;
  if ("adoptedStyleSheets" in Document.prototype && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
  } else {
    const style = document.createElement("style");
    style.textContent = text;
    root.append(style);
  }
}

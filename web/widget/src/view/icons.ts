/** Icons drawn with lines. */
const SVG = "http://www.w3.org/2000/svg";

/** An icon drawn with lines; decorative, its button carries the name. */
export function icon(name: keyof typeof ICONS, size = 20): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const attributes: Record<string, string> = {
    viewBox: "0 0 24 24",
    width: String(size),
    height: String(size),
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
    focusable: "false",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    if (d.startsWith("M12 2.6")) {
      path.setAttribute("fill", "currentColor");
      path.setAttribute("stroke", "none");
    }
    svg.append(path);
  }
  return svg;
}

const ICONS = {
  /** The mark: a drop with a smile cut out. */
  drop: [
    "M12 2.6c3.6 4.1 6.4 7.3 6.4 11.1a6.4 6.4 0 0 1-12.8 0C5.6 9.9 8.4 6.7 12 2.6Zm-3.1 11.7a3.4 3.4 0 0 0 6.2 0l-1.3-.6a2 2 0 0 1-3.6 0l-1.3.6Z",
  ],
  chat: ["M4 11.5a7.5 7.5 0 0 1 7.5-7.5h1a7.5 7.5 0 0 1 0 15H8l-4 2v-4.6a7.4 7.4 0 0 1 0-4.9Z", "M8.8 11.7h.01M12 11.7h.01M15.2 11.7h.01"],
  close: ["M6 6l12 12M18 6L6 18"],
  send: ["M12 19V5M5.5 11.5L12 5l6.5 6.5"],
  image: ["M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z", "M4.5 16.5l4.6-4.6 3.4 3.4 2.4-2.3 4.6 4.5", "M15.2 9.2h.01"],
  person: ["M5 13v-1.5a7 7 0 0 1 14 0V13", "M5 12.5h1.5A1.5 1.5 0 0 1 8 14v2.5A1.5 1.5 0 0 1 6.5 18H6a2 2 0 0 1-2-2v-1.5a2 2 0 0 1 1-2Z", "M19 12.5h-1.5A1.5 1.5 0 0 0 16 14v2.5a1.5 1.5 0 0 0 1.5 1.5H18a2 2 0 0 0 2-2v-1.5a2 2 0 0 0-1-2Z", "M18.5 18c0 1.5-1.5 2.5-4 2.5"],
  type: ["M4 18l4.5-12h1L14 18M5.6 14h6.8", "M15.5 18l2.7-7h.6l2.7 7M16.4 15.8h4.2"],
  check: ["M5.5 12.5l4.2 4.2 8.8-9.2"],
  right: ["M9.5 6l6 6-6 6"],
  down: ["M6 9.5l6 6 6-6"],
  clock: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z", "M12 8v4.3l2.8 1.7"],
  alert: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z", "M12 8v4.5M12 15.8h.01"],
  left: ["M14.5 6l-6 6 6 6"],
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z", "M15.5 15.5L20 20"],
  phone: ["M6.2 4h3l1.4 4-1.9 1.5a11.5 11.5 0 0 0 5.8 5.8l1.5-1.9 4 1.4v3a2 2 0 0 1-2.2 2A15.8 15.8 0 0 1 4.2 6.2 2 2 0 0 1 6.2 4Z"],
  back: ["M20 12a8 8 0 1 1-2.6-5.9", "M20.5 3.5v4.2h-4.2", "M12 8v4.2l2.6 1.6"],
  link: ["M8 3.5h8A1.5 1.5 0 0 1 17.5 5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5Z", "M11 17.5h2"],
  coin: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z", "M9 8.5l3 3.5 3-3.5M12 12v4.5M9.5 12.5h5M9.5 14.8h5"],
  gear: ["M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z", "M12 3.5v2.6M12 17.9v2.6M3.5 12h2.6M17.9 12h2.6M6 6l1.8 1.8M16.2 16.2L18 18M6 18l1.8-1.8M16.2 7.8L18 6"],
  ticket: ["M6 3.5h9.5L19 7v13a.5.5 0 0 1-.5.5h-13A.5.5 0 0 1 5 20V4a.5.5 0 0 1 1-.5Z", "M8.5 10.5h7M8.5 14h7M8.5 17.2h4"],
  camera: ["M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.4-2h5.2L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z", "M12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z"],
  star: ["M12 4.2l2.4 5 5.4.7-4 3.8 1 5.4-4.8-2.6-4.8 2.6 1-5.4-4-3.8 5.4-.7z"],
  play: ["M9 6.5v11l9-5.5z"],
  smile: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z", "M9 10h.01M15 10h.01", "M8.5 13.5c1.6 2.6 5.4 2.6 7 0"],
  mic: ["M12 14.5a3 3 0 0 0 3-3V7a3 3 0 0 0-6 0v4.5a3 3 0 0 0 3 3Z", "M6 11.5a6 6 0 0 0 12 0M12 17.5v3"],
  pin: ["M12 20.5c4-4.6 6-7.7 6-10.3a6 6 0 0 0-12 0c0 2.6 2 5.7 6 10.3Z", "M12 12.2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"],
  wechat: ["M9.5 4C6 4 3.5 6.3 3.5 9c0 1.6.8 3 2.2 3.9L5.2 15l2.3-1.2c.6.2 1.3.2 2 .2", "M14.8 9c3.2 0 5.7 2 5.7 4.6 0 1.4-.8 2.7-2 3.5l.4 1.9-2.1-1.1c-3.9.9-7.7-1.2-7.7-4.3C9.100 11 11.600 9 14.800 9Z"],
  copy: ["M9 9h9.5v10.5H9z", "M6 15H5V4.5h9.5V6"],
} as const;

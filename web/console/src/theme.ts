/** Light, dark, or as the system has it. */
import { ref } from "vue";
import { keep } from "./keep";

export type Theme = "auto" | "light" | "dark";
export const THEMES: Record<Theme, string> = { auto: "跟随系统", light: "浅色", dark: "深色" };

export const theme = ref<Theme>(known(keep.theme()));

const system = window.matchMedia("(prefers-color-scheme: dark)");

function known(name: string): Theme {
  return name === "light" || name === "dark" ? name : "auto";
}

export function applyTheme(): void {
  const dark = theme.value === "dark" || (theme.value === "auto" && system.matches);
  document.documentElement.classList.toggle("dark", dark);
}

export function setTheme(next: Theme): void {
  theme.value = next;
  keep.setTheme(next);
  applyTheme();
}

system.addEventListener("change", applyTheme);

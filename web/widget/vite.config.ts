import { defineConfig } from "vite";

export default defineConfig({
  build: {
    lib: { entry: "src/index.ts", formats: ["iife"], name: "YoubanWidget", fileName: () => "youban-widget.js" },
    outDir: "../dist/widget",
    emptyOutDir: true,
    // Old WebViews in cars and phones.
    target: "es2019",
  },
});

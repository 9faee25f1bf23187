import { defineConfig } from "vite";

const service = process.env.YOUBAN_SERVICE ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  build: { outDir: "../dist/demo", emptyOutDir: true, target: "es2020" },
  server: { proxy: { "/api": { target: service, ws: true }, "/widget": service } },
});

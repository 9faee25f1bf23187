import vue from "@vitejs/plugin-vue";
import components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vite";

const service = process.env.YOUBAN_SERVICE ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/console/",
  plugins: [vue(), components({ dts: "components.d.ts", dirs: [], resolvers: [ElementPlusResolver()] })],
  build: {
    outDir: "../dist/console",
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: {
      onwarn: (warning, warn) => {
        // @vueuse/core places pure-annotations where Rollup cannot use them; nothing of ours, nothing lost.
        if (warning.code !== "INVALID_ANNOTATION") warn(warning);
      },
    },
  },
  server: { proxy: { "/api": { target: service, ws: true } } },
});

import vue from "@vitejs/plugin-vue";
import components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "happy-dom",
    restoreMocks: true,
    projects: [
      { extends: true, test: { name: "shared", include: ["shared/test/**/*.test.ts"] } },
      { extends: true, test: { name: "widget", include: ["widget/test/**/*.test.ts", "demo/test/**/*.test.ts"] } },
      {
        extends: true,
        plugins: [vue(), components({ dts: false, resolvers: [ElementPlusResolver({ importStyle: false })] })],
        test: {
          name: "console",
          include: ["console/test/**/*.test.ts"],
          server: { deps: { inline: ["element-plus"] } },
        },
      },
    ],
  },
});

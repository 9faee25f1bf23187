import vue from "eslint-plugin-vue";
import globals from "globals";
import tseslint from "typescript-eslint";
import vueParser from "vue-eslint-parser";

export default tseslint.config(
  { ignores: ["dist/", "**/node_modules/", "shared/api.ts", "console/components.d.ts"] },
  ...tseslint.configs.recommended,
  ...vue.configs["flat/recommended"],
  {
    files: ["**/*.{ts,vue,js,mjs}"],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: tseslint.parser, extraFileExtensions: [".vue"] },
      globals: { ...globals.browser, ...globals.node },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "off",
      "no-eval": "error",
      "max-lines": ["error", 300],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      // Text of customers never becomes markup.
      "vue/no-v-html": "error",
      "no-restricted-properties": ["error", { property: "innerHTML", message: "build nodes instead" }],
      // Layout belongs to the author; the rest of the recommended rules stays.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/multi-word-component-names": "off",
    },
  },
);

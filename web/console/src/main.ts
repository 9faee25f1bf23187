import "element-plus/theme-chalk/dark/css-vars.css";
import "element-plus/es/components/message/style/css";
import "./styles/base.css";
import "./styles/tokens.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { buildRouter } from "./router";
import { reloadAfterUpdate } from "./fresh";
import { applyTheme } from "./theme";

applyTheme();
reloadAfterUpdate();
createApp(App).use(createPinia()).use(buildRouter()).mount("#app");

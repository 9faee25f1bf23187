import { createRouter, createWebHistory, type Router, type RouterHistory } from "vue-router";
import { useSession } from "./stores/session";

/** Where department and station staff hold the console in one hand. */
const narrow = (): boolean => window.matchMedia("(max-width: 700px)").matches;

export function buildRouter(history: RouterHistory = createWebHistory("/console/")): Router {
  const router = createRouter({
    history,
    routes: [
      { path: "/login", name: "login", component: () => import("./pages/LoginPage.vue"), meta: { title: "登录" } },
      { path: "/", redirect: { name: "desk" } },
      { path: "/conversations/:id?", name: "desk", component: () => import("./pages/DeskPage.vue"), meta: { title: "会话" } },
      { path: "/tickets/:number?", name: "tickets", component: () => import("./pages/TicketsPage.vue"), meta: { title: "工单" } },
      { path: "/m/:number?", name: "handler", component: () => import("./pages/HandlerPage.vue"), meta: { title: "工单处理" } },
      { path: "/knowledge/:id?", name: "knowledge", component: () => import("./pages/KnowledgePage.vue"), meta: { title: "知识库" } },
      { path: "/facts", name: "facts", component: () => import("./pages/FactsPage.vue"), meta: { title: "业务数据" } },
      { path: "/callbacks", name: "callbacks", component: () => import("./pages/CallbacksPage.vue"), meta: { title: "回电" } },
      { path: "/wall", name: "wall", component: () => import("./pages/WallPage.vue"), meta: { title: "大屏" } },
      { path: "/approvals", name: "approvals", component: () => import("./pages/ApprovalsPage.vue"), meta: { title: "审批" } },
      { path: "/settings/:part?", name: "settings", component: () => import("./pages/SettingsPage.vue"), meta: { title: "管理" } },
      { path: "/nothing", name: "nothing", component: () => import("./pages/NothingPage.vue"), meta: { title: "工作台" } },
      { path: "/:rest(.*)*", redirect: { name: "desk" } },
    ],
  });
  router.beforeEach((to) => {
    const session = useSession();
    // What stands behind # (the number of a caller) goes along there: a query would carry it into logs.
    if (!session.agent) return to.name === "login" ? true : { name: "login", query: { to: router.resolve({ path: to.path, query: to.query }).fullPath }, hash: to.hash };
    if (to.name === "login") return { name: "desk" };
    if (to.name === "desk" && !session.pages.desk) return { name: session.pages.tickets ? (narrow() ? "handler" : "tickets") : session.pages.knowledge ? "knowledge" : "nothing" };
    if (to.name === "callbacks" && !session.pages.desk) return { name: "nothing" };
    if (to.name === "approvals" && !session.pages.approvals) return { name: "nothing" };
    if ((to.name === "wall" || to.name === "settings") && !session.pages.wall) return { name: "nothing" };
    if ((to.name === "knowledge" || to.name === "facts") && !session.pages.knowledge) return { name: "nothing" };
    if ((to.name === "tickets" || to.name === "handler") && !session.pages.tickets) return { name: "nothing" };
    return true;
  });
  return router;
}

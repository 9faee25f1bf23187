/** The present moment by the service's clock, for waiting times and promises, moving on once a second. */
import { ref } from "vue";
import { serverNow } from "@youban/shared/clock";

export const now = ref(serverNow());
/** The same once a minute, for long lists: hundreds of lines need not be drawn each second. */
export const minute = ref(now.value);

setInterval(() => {
  if (document.visibilityState === "hidden") return;
  const moment = serverNow();
  if (Math.floor(moment.getTime() / 60_000) !== Math.floor(minute.value.getTime() / 60_000)) minute.value = moment;
  now.value = moment;
}, 1000);

/** The present moment for waiting times and promises, moving on once a second. */
import { ref } from "vue";

export const now = ref(new Date());

setInterval(() => {
  if (document.visibilityState !== "hidden") now.value = new Date();
}, 1000);

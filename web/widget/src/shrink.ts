/** See there. */
export { shrink } from "@youban/shared/shrink";

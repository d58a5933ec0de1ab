/** Small parts that several features draw with. */
import "./kit.css";

export { Ask } from "./Ask.tsx";
export { Dialog } from "./Dialog.tsx";
export { type Column, Grid } from "./Grid.tsx";
export { Icon, type IconName } from "./Icon.tsx";
export { MenuHost, type MenuItem, openMenu } from "./Menu.tsx";
export { type FetchPage, Paged } from "./paged.ts";
export { Problem } from "./Problem.tsx";
export { Splitter } from "./Splitter.tsx";
export { toast, ToastHost } from "./Toasts.tsx";
export { useLater } from "./useLater.ts";

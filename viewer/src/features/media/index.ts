/** Discs and sticks: what is plugged in, what is open, and the bar that says that nothing is kept. */
import { media } from "../../core/messages/media.ts";
import { learn } from "../../core/messages.ts";
import "./media.css";

learn(media);

export { MediaPage } from "./MediaPage.tsx";
export { SessionBar } from "./SessionBar.tsx";
export { WriteDialog } from "./WriteDialog.tsx";

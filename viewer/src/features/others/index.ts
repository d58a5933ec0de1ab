/** Files of other kinds: opened for a look, told one by one; and series saved as such files. */
import { learn } from "../../core/messages.ts";
import { others } from "../../core/messages/others.ts";
import "./others.css";

learn(others);

export { ConvertDialog } from "./ConvertDialog.tsx";
export { OpenedPage } from "./OpenedPage.tsx";
export { OthersPage } from "./OthersPage.tsx";

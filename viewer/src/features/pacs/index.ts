/** Other DICOM nodes: who they are, what they have, fetching it, and sending to them. */
import { pacs } from "../../core/messages/pacs.ts";
import { learn } from "../../core/messages.ts";
import "./pacs.css";

learn(pacs);

export { PacsPage, type PacsPageProps } from "./PacsPage.tsx";
export { SendDialog } from "./SendDialog.tsx";

/** Other DICOM nodes: who they are, what they have, and fetching it. */
import { pacs } from "../../core/messages/pacs.ts";
import { learn } from "../../core/messages.ts";
import "./pacs.css";

learn(pacs);

export { PacsPage, type PacsPageProps } from "./PacsPage.tsx";

/** Looking after the archive: files that were moved by hand, and the archive's own copies of what was removed. */
import { upkeep } from "../../core/messages/upkeep.ts";
import { learn } from "../../core/messages.ts";
import "./upkeep.css";

learn(upkeep);

export { UpkeepPage, type UpkeepPageProps } from "./UpkeepPage.tsx";

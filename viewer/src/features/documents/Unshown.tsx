import "./documents.css";

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { ImageFile } from "../../core/model.ts";
import { filesOf } from "../../io/contents.ts";
import { t } from "../prefs/index.ts";
import { Attributes } from "./Attributes.tsx";
import { FileActions } from "./FileActions.tsx";

export interface UnshownProps {
  readonly instanceId: string;
  /** Its bytes can be had: then its attributes and the file itself are offered. */
  readonly readable: boolean;
  /** Folders and files are often called after people. */
  readonly nameless: boolean;
}

/** Which file an image that is not shown lies in, and what can be done with it all the same. */
export function Unshown({ instanceId, readable, nameless }: UnshownProps) {
  const files = useSignal<readonly ImageFile[]>([]);
  const listed = useSignal(false);
  useEffect(() => {
    const request = new AbortController();
    filesOf(instanceId, request.signal).then(
      (found) => {
        files.value = found;
      },
      () => undefined, // what is known stays on the screen
    );
    return () => {
      request.abort();
      files.value = [];
    };
  }, [instanceId, files]);
  return (
    <div class="bd-unshown">
      {!nameless &&
        files.value.map(({ path, state }) => (
          <p key={path}>
            <bdi class="bd-code">{path}</bdi>
            {state !== "online" && ` · ${t(`archive.${state}`)}`}
          </p>
        ))}
      {readable && <FileActions instanceId={instanceId} listed={listed} found={undefined} />}
      {readable && listed.value && <Attributes instanceId={instanceId} nameless={nameless} />}
    </div>
  );
}
